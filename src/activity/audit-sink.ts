/** The audit log: the actions of operators and failures to authenticate, kept in the store. */
import type { Activities, OperatorAction } from '#waiting-room/activity.ts';
import type { AuditEntry } from '#waiting-room/audit-entry.ts';
import type { AuditPage, AuditRecord, AuditStore } from '#waiting-room/ports/audit.ts';
import { auditEntryOf, auditRecordOf } from './audit-record.ts';
import { createBacklog } from './backlog.ts';
import type { Sink } from './feed.ts';

/** Reports that programs send all day. One an hour is kept of each, or they would push everything else out of the audit log. */
const ROUTINE: ReadonlySet<OperatorAction> = new Set<OperatorAction>(['exits.reported', 'signals.reported']);
const ROUTINE_INTERVAL = 60 * 60 * 1000;

/** What to read. `by` is the name of a token. */
export interface AuditQuery extends Omit<AuditPage, 'max' | 'actor'> {
  readonly by?: string | undefined;
}

export interface Audit {
  readonly sink: Sink;
  /** The entries of all processes, the latest first, including those that this process has just recorded. */
  newest(limit: number, query?: AuditQuery): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

export interface AuditDeps {
  readonly store: AuditStore;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export function createAudit({ store, now, onError }: AuditDeps): Audit {
  const onDrop = (entries: number) => onError(new Error(`dropped ${entries} entries of the audit log`));
  const backlog = createBacklog<AuditRecord>({ append: store.append, bufferFor: 0, onError, onDrop });
  const routine = new Map<string, number>();

  function isKept({ by, action, subject }: Activities['operator.acted']): boolean {
    if (!ROUTINE.has(action)) return true;
    const key = JSON.stringify([by, action, subject]);
    const last = routine.get(key);
    if (last !== undefined && now() - last < ROUTINE_INTERVAL) return false;
    routine.set(key, now());
    return true;
  }

  return {
    sink(activity) {
      const record = auditRecordOf(activity);
      if (record && (activity.type !== 'operator.acted' || isKept(activity))) backlog.add(record);
    },
    async newest(limit, { by, skip } = {}) {
      await backlog.flush();
      return (await store.newest({ max: limit, skip, actor: by })).map(auditEntryOf);
    },
    close: backlog.close,
  };
}
