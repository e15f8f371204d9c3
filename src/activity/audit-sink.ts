/** The audit log: what operators did, kept in the store. */
import type { Activities, OperatorAction } from '#waiting-room/activity.ts';
import type { AuditStore } from '#waiting-room/ports/audit.ts';
import { createBacklog } from './backlog.ts';
import type { Sink } from './feed.ts';

/** Reports that programs send all day. One an hour is kept of each, or they would push everything else out of the audit log. */
const ROUTINE: ReadonlySet<OperatorAction> = new Set<OperatorAction>(['exits.reported', 'signals.reported']);
const ROUTINE_INTERVAL = 60 * 60 * 1000;

/** One action of an operator. `time` is ISO 8601. */
export type AuditEntry = { readonly id: string; readonly time: string } & Activities['operator.acted'];

export interface Audit {
  readonly sink: Sink;
  /** The entries of all processes, newest first, including those that this process has just recorded. */
  newest(limit: number): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

export interface AuditDeps {
  readonly store: AuditStore;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export function createAudit({ store, now, onError }: AuditDeps): Audit {
  const onDrop = (entries: number) => onError(new Error(`dropped ${entries} entries of the audit log`));
  const backlog = createBacklog({ append: store.append, bufferFor: 0, onError, onDrop });
  const routine = new Map<string, number>();

  function isKept({ by, action, subject }: AuditEntry): boolean {
    if (!ROUTINE.has(action)) return true;
    const key = JSON.stringify([by, action, subject]);
    const last = routine.get(key);
    if (last !== undefined && now() - last < ROUTINE_INTERVAL) return false;
    routine.set(key, now());
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
