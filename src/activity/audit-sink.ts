/** The audit log: what operators did, kept in the store. */
import { createHash } from 'node:crypto';
import type { Activities, OperatorAction } from '#waiting-room/activity.ts';
import type { AuditPage, AuditRecord, AuditRow, AuditStore } from '#waiting-room/ports/audit.ts';
import { createBacklog } from './backlog.ts';
import type { Sink } from './feed.ts';

/** Reports that programs send all day. One an hour is kept of each, or they would push everything else out of the audit log. */
const ROUTINE: ReadonlySet<OperatorAction> = new Set<OperatorAction>(['exits.reported', 'signals.reported']);
const ROUTINE_INTERVAL = 60 * 60 * 1000;

/** What an operator did. `time` is ISO 8601. */
type OperatorEvent = { readonly id: string; readonly time: string } & Activities['operator.acted'];

/** The same action within a minute is one entry, which says how often it happened and when last. */
export type AuditEntry = OperatorEvent & {
  readonly count: number;
  /** ISO 8601. */
  readonly last_at: string;
  /** How many later entries of the same token and action were dropped to make room. Missing: none. */
  readonly omitted?: number;
};

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

  function isKept({ by, action, subject }: OperatorEvent): boolean {
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
      const { type: _, ...event } = activity;
      if (isKept(event)) backlog.add(recordOf(event));
    },
    async newest(limit, { by, skip } = {}) {
      await backlog.flush();
      return (await store.newest({ max: limit, skip, actor: by })).map(entryOf);
    },
    close: backlog.close,
  };
}

function recordOf(event: OperatorEvent): AuditRecord {
  const { id, time, ...what } = event;
  const same = createHash('sha256').update(JSON.stringify(what)).digest('base64url');
  const [actor, action, at] = [event.by, event.action, Date.parse(time)];
  return { id, actor, action, same, at, count: 1, entry: JSON.stringify(event) };
}

function entryOf({ entry, count, lastAt, omitted }: AuditRow): AuditEntry {
  const event = JSON.parse(entry) as OperatorEvent;
  const last_at = new Date(lastAt).toISOString();
  return { ...event, count, last_at, ...(omitted === 0 ? {} : { omitted }) };
}
