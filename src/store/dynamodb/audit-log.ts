/** The audit log of one actor and action, as a value. */
import type { AuditRecord, AuditRow } from '#waiting-room/ports/audit.ts';
import { AUDIT_AGE, AUDIT_CAPACITY, AUDIT_FIRST, AUDIT_REPEAT_WINDOW } from '#waiting-room/ports/audit.ts';

/** An entry, and where it stands among those of all actors: `order` grows with each change of any. */
export interface AuditEntry extends AuditRow {
  readonly order: number;
  /** Of the last record that the entry counts. */
  readonly id: string;
  readonly same: string;
  /** Of the first record. */
  readonly at: number;
}

/** The log with one record more, in the order in which entries began. */
export function withRecord(entries: readonly AuditEntry[], record: AuditRecord, order: number): readonly AuditEntry[] {
  const { id, same, at, count, entry } = record;
  const last = entries.findLastIndex((each) => each.same === same);
  const before = entries[last];
  if (before?.id === id) return entries;
  if (before && Math.abs(at - before.at) < AUDIT_REPEAT_WINDOW) {
    return entries.with(last, { ...before, order, id, count: before.count + count, lastAt: at });
  }
  const added = { order, id, same, at, lastAt: at, count, omitted: 0, entry };
  return cut([...entries, added], at);
}

function cut(entries: readonly AuditEntry[], now: number): readonly AuditEntry[] {
  const [oldest] = entries;
  if (entries.length <= AUDIT_CAPACITY || !oldest) return entries;
  const place = now - oldest.at <= AUDIT_AGE ? AUDIT_FIRST : 0;
  const gone = entries[place];
  const previous = entries[place - 1];
  const rest = entries.toSpliced(place, 1);
  if (!previous || !gone) return rest;
  return rest.with(place - 1, { ...previous, omitted: previous.omitted + 1 + gone.omitted });
}
