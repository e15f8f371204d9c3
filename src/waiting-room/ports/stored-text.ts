/** One text for all processes, whose meaning the store does not know. */
export interface StoredText {
  /** Null where none was written yet. */
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}
