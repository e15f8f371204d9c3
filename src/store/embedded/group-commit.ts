/**
 * One transaction for everything that happens in the same turn of the event loop. Work runs at once, on memory and on
 * the open transaction; its promise resolves when all that it may have seen is on the disk.
 */
import type { DatabaseSync } from 'node:sqlite';
import { AnteroomError, StoreUnavailable } from '#waiting-room/errors.ts';

export interface GroupCommit {
  /**
   * Runs `work` now and resolves to its answer after the commit of this turn; at once where nothing is to be committed.
   * Rejects with what the work refused, or with StoreUnavailable, and then nothing of the turn has happened.
   */
  run<T>(work: () => T): Promise<T>;
  /** The same for work that changes something in any case. */
  change<T>(work: () => T): Promise<T>;
  /** To be called by other work before it changes anything. */
  begin(): void;
  /** Commits what is open and accepts no more work. */
  close(): void;
}

export interface GroupCommitDeps {
  readonly database: DatabaseSync;
  /** Called inside the transaction, right before it is committed. */
  readonly beforeCommit: () => void;
  /** Called after a transaction was rolled back: memory must forget what it took from it. */
  readonly undone: (cause: unknown) => void;
}

export function createGroupCommit({ database, beforeCommit, undone }: GroupCommitDeps): GroupCommit {
  let pending: PromiseWithResolvers<void> | undefined;
  let closed = false;

  function begin(): void {
    if (pending) return;
    database.exec('BEGIN IMMEDIATE');
    pending = Promise.withResolvers();
    // Each caller has a promise of its own. This one may have no caller.
    pending.promise.catch(() => {});
    setImmediate(commit, pending);
  }

  function commit(group: PromiseWithResolvers<void>): void {
    if (group !== pending) return;
    try {
      beforeCommit();
      database.exec('COMMIT');
    } catch (error) {
      undo(error);
      return;
    }
    pending = undefined;
    group.resolve();
  }

  function undo(cause: unknown): void {
    const group = pending;
    pending = undefined;
    try {
      if (database.isTransaction) database.exec('ROLLBACK');
    } catch {
      // It stays open, so that the next turn cannot begin and comes here again.
    }
    undone(cause);
    group?.reject(new StoreUnavailable(cause));
  }

  async function run<T>(work: () => T): Promise<T> {
    if (closed) throw new StoreUnavailable(new Error('the store is closed'));
    let answer: T;
    try {
      answer = work();
    } catch (error) {
      // A refusal is thrown before anything is changed.
      if (!(error instanceof AnteroomError)) {
        undo(error);
        throw new StoreUnavailable(error);
      }
      await pending?.promise;
      throw error;
    }
    await pending?.promise;
    return answer;
  }

  return {
    begin,
    run,
    change: (work) =>
      run(() => {
        begin();
        return work();
      }),
    close() {
      if (pending) commit(pending);
      closed = true;
    },
  };
}
