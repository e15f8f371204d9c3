/** Why a data directory cannot be used. None of them goes away by trying again, but `in_use`. */
export type DataDirFault = 'in_use' | 'too_new' | 'foreign' | 'unreadable' | 'unusable';

const WORDS: Record<DataDirFault, string> = {
  in_use: 'is in use by another process. The embedded store serves one process; several need REDIS_URL',
  too_new: 'was written by a newer version of Anteroom. Start that version, or another DATA_DIR',
  foreign: 'is not a database of Anteroom. Choose another DATA_DIR',
  unreadable: 'is damaged. Restore it from a backup, or move it away to start with an empty store',
  unusable: 'cannot be made or opened. Choose a folder that this user may write',
};

/** The data directory cannot be used: for the operator, at the start. */
export class DataDirError extends Error {
  readonly fault: DataDirFault;

  constructor(fault: DataDirFault, path: string, cause?: unknown) {
    super(`DATA_DIR: ${path} ${WORDS[fault]}.`, { cause });
    this.name = 'DataDirError';
    this.fault = fault;
  }
}
