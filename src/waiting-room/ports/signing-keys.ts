/** The rotation of the signing keys: one sealed text for all processes, whose meaning the store does not know. */
export interface SigningKeysStore {
  /** Null where the keys were never rotated. */
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}
