/** The audit: what operators did, kept in the store. */
import type { Activities } from '#waiting-room/activity.ts';
import type { AuditStore } from '#waiting-room/ports/audit.ts';
import { createBacklog } from './backlog.ts';
import type { Sink } from './feed.ts';

/** What machines tell all day. Kept once in a while, or nothing else would be left in the audit by the evening. */
const ROUTINE: ReadonlySet<string> = new Set(['exits.reported', 'signals.reported']);
const ROUTINE_EVERY = 60 * 60 * 1000;

/** One thing that an operator did. `time` is ISO 8601. */
export type AuditEntry = { readonly id: string; readonly time: string } & Activities['operator.acted'];

export interface Audit {
  readonly sink: Sink;
  /** The newest first, of all processes; what this one was told just now included. */
  newest(limit: number): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

export interface AuditDeps {
  readonly store: AuditStore;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export function createAudit({ store, now, onError }: AuditDeps): Audit {
  // That some were dropped is an error of its own: each of them is in the log.
  const onDrop = (entries: number) => onError(new Error(`the audit lost ${entries} of what operators did`));
  const backlog = createBacklog({ append: store.append, gather: 0, onError, onDrop });
  const routine = new Map<string, number>();

  function isKept({ by, action, subject }: AuditEntry): boolean {
    if (!ROUTINE.has(action)) return true;
    const what = JSON.stringify([by, action, subject]);
    const last = routine.get(what);
    if (last !== undefined && now() - last < ROUTINE_EVERY) return false;
    routine.set(what, now());
    return true;
  }

  return {
    sink(activity) {
      if (activity.type !== 'operator.acted') return;
      const { type: _, ...entry } = activity;
      if (isKept(entry)) backlog.add(JSON.stringify(entry));
    },
    async newest(limit) {
      await backlog.flush();
      return (await store.newest(limit)).map((entry) => JSON.parse(entry) as AuditEntry);
    },
    close: backlog.close,
  };
}
