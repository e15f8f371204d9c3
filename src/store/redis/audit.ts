import type { AuditRow, AuditStore } from '#waiting-room/ports/audit.ts';
import { AUDIT_AGE, AUDIT_CAPACITY, AUDIT_FIRST, AUDIT_REPEAT_WINDOW } from '#waiting-room/ports/audit.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import { AUDIT_ENTRIES, AUDIT_LATEST, auditKeys, auditLatestOf, FORMER_AUDIT } from './keys.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

const LIMITS = [AUDIT_REPEAT_WINDOW, AUDIT_CAPACITY, AUDIT_FIRST, AUDIT_AGE] as const;
/** As append-audit.lua writes them. */
const ENTRY = /^\d+ (\d+) (\d+) (\d+) \S* \S* (.*)$/s;

/** The audit log: a hash of entries, and sorted sets that say which to show and which to drop. */
export function createAuditStore(client: RedisClient, run: Run): AuditStore {
  async function latest(key: string, max: number): Promise<AuditRow[]> {
    const numbers = await answered(client.zrevrange(key, 0, max - 1));
    if (numbers.length === 0) return [];
    const entries = await answered(client.hmget(AUDIT_ENTRIES, ...numbers));
    // One of them may have been dropped meanwhile.
    return entries.flatMap((stored) => (stored === null ? [] : [parse(stored)]));
  }

  /** What the version before wrote, and writes while it runs beside this one: a stream whose messages have one field. */
  async function former(max: number, actor: string | undefined): Promise<AuditRow[]> {
    // All of them for one actor: there are 10,000 at most.
    const messages = await (actor === undefined
      ? answered(client.xrevrange(FORMER_AUDIT, '+', '-', 'COUNT', max))
      : answered(client.xrevrange(FORMER_AUDIT, '+', '-')));
    const rows = messages.map(([, [, entry = '{}']]) => {
      const { by, time } = JSON.parse(entry) as { by: string; time: string };
      return { by, row: { entry, count: 1, lastAt: Date.parse(time), omitted: 0 } };
    });
    return rows.flatMap(({ by, row }) => (actor === undefined || by === actor ? [row] : [])).slice(0, max);
  }

  return {
    async append(records) {
      await Promise.all(
        records.map(({ id, actor, action, same, at, count, entry }) =>
          run(keyScripts.appendAudit, auditKeys(actor, action), id, same, at, count, entry, ...LIMITS),
        ),
      );
    },
    async newest({ max, skip = 0, actor }) {
      const upTo = skip + max;
      const [rows, before] = await Promise.all([
        latest(actor === undefined ? AUDIT_LATEST : auditLatestOf(actor), upTo),
        former(upTo, actor),
      ]);
      return before.length === 0 ? rows.slice(skip) : merged(rows, before).slice(skip, upTo);
    },
  };
}

function parse(stored: string): AuditRow {
  const [, lastAt, count, omitted, entry] = ENTRY.exec(stored) ?? [];
  if (entry === undefined) throw new TypeError('an entry of the audit log is not as append-audit.lua writes it');
  return { entry, count: Number(count), lastAt: Number(lastAt), omitted: Number(omitted) };
}

/** Both lists have the latest first. */
function merged(rows: readonly AuditRow[], others: readonly AuditRow[]): AuditRow[] {
  const left = [...others];
  const all: AuditRow[] = [];
  for (const row of rows) {
    while (left[0] && left[0].lastAt > row.lastAt) all.push(...left.splice(0, 1));
    all.push(row);
  }
  return [...all, ...left];
}
