import type { StoredText } from './stored-text.ts';

/** The rotation of the signing keys, sealed. */
export type SigningKeysStore = StoredText;
