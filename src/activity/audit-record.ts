import { createHash } from 'node:crypto';
import type { Activity } from '#waiting-room/activity.ts';
import { ANONYMOUS, type AuditEntry } from '#waiting-room/audit-entry.ts';
import type { AuditRecord, AuditRow } from '#waiting-room/ports/audit.ts';

/** What is kept of an entry as it is; the store keeps the rest. */
type AuditFields = Omit<AuditEntry, 'count' | 'last_at' | 'omitted'>;

type Failed = Extract<Activity, { type: 'authentication.failed' }>;

/** Null for an event that the audit log does not keep. */
export function auditRecordOf(activity: Activity): AuditRecord | null {
  if (activity.type === 'authentication.failed') return recordOf(fieldsOfFailure(activity), activity.count);
  if (activity.type !== 'operator.acted') return null;
  const { type: _, ...fields } = activity;
  return recordOf(fields, 1);
}

function fieldsOfFailure({ id, time, credential, client_id, address_hash }: Failed): AuditFields {
  return {
    ...{ id, time, by: ANONYMOUS, action: 'authentication.failed' },
    subject: credential !== 'client_secret' ? 'admin-api' : (client_id ?? 'unknown'),
    detail: { credential },
    ...(address_hash === undefined ? {} : { address_hash }),
  };
}

function recordOf(fields: AuditFields, count: number): AuditRecord {
  const { id, time, ...what } = fields;
  const same = createHash('sha256').update(JSON.stringify(what)).digest('base64url');
  return {
    ...{ id, actor: fields.by, action: fields.action, same, at: Date.parse(time), count },
    entry: JSON.stringify(fields),
  };
}

export function auditEntryOf({ entry, count, lastAt, omitted }: AuditRow): AuditEntry {
  const fields = JSON.parse(entry) as AuditFields;
  const last_at = new Date(lastAt).toISOString();
  return { ...fields, count, last_at, ...(omitted === 0 ? {} : { omitted }) };
}
