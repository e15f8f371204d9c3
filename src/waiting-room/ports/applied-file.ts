import type { StoredText } from './stored-text.ts';

/** What was last applied of a configuration file. */
export type AppliedFileStore = StoredText;
