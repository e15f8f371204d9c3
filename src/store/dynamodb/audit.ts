import type { AuditRecord, AuditStore } from '#waiting-room/ports/audit.ts';
import { AUDIT_FIRST } from '#waiting-room/ports/audit.ts';
import { type AuditEntry, withRecord } from './audit-log.ts';
import { type Database, itemKey, NEW } from './database.ts';
import { AUDIT, AUDIT_SEQUENCE, type Key } from './keys.ts';
import { N, numberOf, packed, unpacked } from './values.ts';

type AuditDatabase = Pick<Database, 'get' | 'put' | 'add' | 'all'>;

/** An item has at most 400 KB, and a compressed log of usual entries a tenth of that. */
const LARGEST = 350_000;

/** The audit log: an item for each actor and action, which is replaced as a whole. */
export function createAuditStore(database: AuditDatabase): AuditStore {
  /** Appends what one actor did of one action. Of two processes that do so at once, one begins again. */
  async function appendTo(key: Key, records: readonly AuditRecord[], firstOrder: number): Promise<void> {
    for (;;) {
      const item = await database.get(key);
      const version = item ? numberOf(item.version) : 0;
      const before: readonly AuditEntry[] = item ? JSON.parse(unpacked(item.entries)) : [];
      const after = records.reduce((log, record, index) => withRecord(log, record, firstOrder + index), before);
      const next = { ...itemKey(key), version: N(version + 1), entries: fitting(after) };
      const unchanged = { text: 'version = :version', values: { ':version': N(version) } };
      if (after === before || (await database.put(next, item ? unchanged : NEW))) return;
    }
  }

  return {
    async append(records) {
      if (records.length === 0) return;
      const last = await database.add(AUDIT_SEQUENCE, 'last', records.length);
      let order = last - records.length + 1;
      // In runs, so that the order of the records is that of their numbers.
      for (const run of runsOf(records)) {
        const [{ actor, action }] = run;
        await appendTo(auditKey(actor, action), run, order);
        order += run.length;
      }
    },
    async newest({ max, skip = 0, actor }) {
      const items = await database.all(AUDIT, actor === undefined ? undefined : `${actor}\n`);
      const entries = items.flatMap((item) => JSON.parse(unpacked(item.entries)) as AuditEntry[]);
      return entries
        .sort((one, other) => other.order - one.order)
        .slice(skip, skip + max)
        .map(({ entry, count, lastAt, omitted }) => ({ entry, count, lastAt, omitted }));
    },
  };
}

/** No name has a line break. */
const auditKey = (actor: string, action: string): Key => ({ pk: AUDIT, sk: `${actor}\n${action}` });

/** Records one after the other of the same actor and action. */
function runsOf(records: readonly AuditRecord[]): [AuditRecord, ...AuditRecord[]][] {
  const runs: [AuditRecord, ...AuditRecord[]][] = [];
  for (const record of records) {
    const run = runs.at(-1);
    if (run && run[0].actor === record.actor && run[0].action === record.action) run.push(record);
    else runs.push([record]);
  }
  return runs;
}

/** Entries that are too long for an item go as others do where there is no more room. */
function fitting(entries: readonly AuditEntry[]) {
  let kept = entries;
  for (;;) {
    const value = packed(JSON.stringify(kept));
    if ((value.B?.length ?? 0) <= LARGEST || kept.length < 2) return value;
    const place = Math.min(AUDIT_FIRST, kept.length >> 1);
    const gone = kept.slice(place, place + Math.ceil(kept.length / 10));
    const previous = kept[place - 1];
    const rest = kept.toSpliced(place, gone.length);
    const omitted = gone.reduce((sum, each) => sum + 1 + each.omitted, 0);
    kept = previous ? rest.with(place - 1, { ...previous, omitted: previous.omitted + omitted }) : rest;
  }
}
