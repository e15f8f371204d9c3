/**
 * Opens the one database file of a data directory, for this process alone: the file stays locked for as long as the
 * process lives, and the lock vanishes with it, also on `kill -9`.
 */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataDirError } from './errors.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION, UPGRADES } from './schema.ts';

const FILE = 'anteroom.db';

/** SQLite's primary result codes, https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Makes the directory and the file where they are missing; rejects what it cannot use with {@link DataDirError}. */
export function openDatabase(dir: string): DatabaseSync {
  const path = join(dir, FILE);
  let database: DatabaseSync | undefined;
  try {
    makeFile(dir, path);
    database = new DatabaseSync(path, { timeout: 0 });
    lock(database);
    prepareSchema(database, path);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw explained(error, path);
  }
}

/** SQLite would make the file with the mode that the umask leaves; its WAL file takes the mode of the file. */
function makeFile(dir: string, path: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch (error) {
    // Not opened where it exists: closing any descriptor of the file would drop this process' own POSIX lock on it.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    chmodSync(path, 0o600);
  }
}

function lock(database: DatabaseSync): void {
  // Before the first access: then WAL needs no shared memory, and the lock is never let go.
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec('PRAGMA journal_mode = WAL');
  // What was committed is on the disk, not only with the operating system.
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA journal_size_limit = 67108864');
  database.exec('BEGIN EXCLUSIVE; COMMIT');
}

function prepareSchema(database: DatabaseSync, path: string): void {
  const version = pragma(database, 'user_version');
  const owner = pragma(database, 'application_id');
  if (version >= 1 && version <= SCHEMA_VERSION && owner === APPLICATION_ID) {
    const found = database.prepare('PRAGMA quick_check(1)').get();
    if (found?.quick_check !== 'ok') throw new DataDirError('unreadable', path, found?.quick_check);
    for (let from = version; from < SCHEMA_VERSION; from++) database.exec(`BEGIN; ${UPGRADES[from]} COMMIT`);
    return;
  }
  const empty = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables === 0;
  if (version === 0 && owner === 0 && empty) database.exec(`BEGIN; ${SCHEMA} COMMIT`);
  else if (owner === APPLICATION_ID && version > SCHEMA_VERSION) throw new DataDirError('too_new', path);
  else throw new DataDirError('foreign', path);
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function explained(error: unknown, path: string): unknown {
  if (error instanceof DataDirError) return error;
  if (!(error instanceof Error) || !('errcode' in error)) return new DataDirError('unusable', path, error);
  switch (Number(error.errcode) & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return new DataDirError('in_use', path, error);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new DataDirError('unreadable', path, error);
    default:
      return new DataDirError('unusable', path, error);
  }
}
