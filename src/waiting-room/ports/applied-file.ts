/** What was last applied of a configuration file: one text for all processes, whose meaning the store does not know. */
export interface AppliedFileStore {
  /** Null where no file was applied yet. */
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}
