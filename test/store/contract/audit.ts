import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditRecord, AuditRow } from '#waiting-room/ports/audit.ts';
import { AUDIT_AGE, AUDIT_CAPACITY, AUDIT_FIRST, AUDIT_REPEAT_WINDOW } from '#waiting-room/ports/audit.ts';
import type { Ports } from './room-under-test.ts';
import { freshId, seconds, T0 } from './room-under-test.ts';

const NEWEST = AUDIT_CAPACITY - AUDIT_FIRST;
const CHUNK = 500;

export function describeAudit(stores: Ports<'audit'>): void {
  describe('the audit', () => {
    let ann: string;
    let bob: string;
    beforeEach(() => {
      ann = freshId('ann');
      bob = freshId('bob');
    });

    /** A record that differs from all others, unless `more` says otherwise. */
    function record(entry: string, more: Partial<AuditRecord> = {}): AuditRecord {
      const id = freshId('entry');
      return { id, actor: ann, action: 'room.put', same: id, at: T0, count: 1, entry, ...more };
    }

    const append = (...records: AuditRecord[]) => stores().store.audit.append(records);
    const rowsOf = (actor: string, max = 10_000) => stores().second.audit.newest({ max, actor });
    const entriesOf = async (actor: string) => (await rowsOf(actor)).map(({ entry }) => entry);

    async function flood(from: number, to: number, more: Partial<AuditRecord> = {}): Promise<void> {
      for (let n = from; n < to; n += CHUNK) {
        await append(...Array.from({ length: Math.min(CHUNK, to - n) }, (_, i) => record(`${n + i}`, more)));
      }
    }

    it('gives the newest entries first, of all actors or of one, from any offset', async () => {
      const { store, second } = stores();
      await append(record('one'), record('{"drei":"„3“\\n"}', { actor: bob }));
      await second.audit.append([record('two'), record('three', { actor: bob, action: 'room.reset' })]);
      const entries = async (max: number, skip?: number) =>
        (await store.audit.newest({ max, skip })).map(({ entry }) => entry);
      expect(await entries(4)).toEqual(['three', 'two', '{"drei":"„3“\\n"}', 'one']);
      expect(await entries(2, 1)).toEqual(['two', '{"drei":"„3“\\n"}']);
      expect(await entriesOf(ann)).toEqual(['two', 'one']);
      expect((await store.audit.newest({ max: 1, skip: 1, actor: bob })).map(({ entry }) => entry)).toEqual([
        '{"drei":"„3“\\n"}',
      ]);
      expect(await entriesOf(freshId('nobody'))).toEqual([]);
      await append();
    });

    it('counts repeats within a minute in the first entry, and moves it to the front', async () => {
      const again = (id: string, at: number, count = 1) => record(`again ${id}`, { id, same: 'x', at: T0 + at, count });
      await append(again(freshId('a'), 0), record('between'));
      await stores().second.audit.append([again(freshId('b'), seconds(20), 5)]);
      await append(again(freshId('c'), AUDIT_REPEAT_WINDOW - 1));
      const [first, between] = await rowsOf(ann);
      expect(first?.entry).toMatch(/^again a-/);
      expect(first).toMatchObject({ count: 7, lastAt: T0 + AUDIT_REPEAT_WINDOW - 1, omitted: 0 });
      expect(between).toEqual({ entry: 'between', count: 1, lastAt: T0, omitted: 0 });

      await append(again(freshId('d'), AUDIT_REPEAT_WINDOW));
      expect((await rowsOf(ann)).map(({ count }) => count)).toEqual([1, 7, 1]);
    });

    it('counts another actor or another action as another entry', async () => {
      await append(record('a', { same: 'x' }), record('b', { same: 'x', action: 'room.reset' }));
      await append(record('c', { same: 'x', actor: bob }));
      expect(await entriesOf(ann)).toEqual(['b', 'a']);
      expect(await entriesOf(bob)).toEqual(['c']);
    });

    it('counts a record once that is appended again after its answer was lost', async () => {
      const records = [record('one'), record('two', { same: 'x' }), record('three', { same: 'x' })];
      await append(...records);
      await append(...records.slice(0, 1));
      await append(...records.slice(2));
      expect((await rowsOf(ann)).map(({ entry, count }) => [entry, count])).toEqual([
        ['two', 2],
        ['one', 1],
      ]);
    });

    it('keeps the first and the newest entries of an actor and an action, and says how many it omitted', async () => {
      await flood(0, AUDIT_CAPACITY + 10_200);
      const rows = await rowsOf(ann);
      const first = Array.from({ length: AUDIT_FIRST }, (_, n) => `${n}`);
      const newest = Array.from({ length: NEWEST }, (_, n) => `${AUDIT_FIRST + 10_200 + n}`);
      expect(rows.map(({ entry }) => entry).reverse()).toEqual([...first, ...newest]);
      const omitted = (row: AuditRow) => row.omitted > 0;
      expect(rows.filter(omitted)).toMatchObject([{ entry: `${AUDIT_FIRST - 1}`, omitted: 10_200 }]);
    });

    it('keeps entries of other actors and other actions during a flood of one action', async () => {
      await append(record('of bob', { actor: bob }), record('a reset', { action: 'room.reset' }));
      await flood(0, AUDIT_CAPACITY * 2);
      expect(await entriesOf(bob)).toEqual(['of bob']);
      expect((await entriesOf(ann)).at(-1)).toBe('a reset');
      expect(await entriesOf(ann)).toHaveLength(AUDIT_CAPACITY + 1);
    });

    it('drops the oldest entries first, once they are old enough', async () => {
      const later = T0 + AUDIT_AGE + 1;
      await flood(0, 2);
      await flood(2, AUDIT_CAPACITY, { at: later });
      await flood(AUDIT_CAPACITY, AUDIT_CAPACITY + 3, { at: later });
      const entries = (await entriesOf(ann)).reverse();
      expect(entries.slice(0, 3)).toEqual(['2', '3', '4']);
      const gap = AUDIT_FIRST + 2;
      expect(entries.slice(AUDIT_FIRST - 1, AUDIT_FIRST + 1)).toEqual([`${gap - 1}`, `${gap + 1}`]);
      expect(entries).toHaveLength(AUDIT_CAPACITY);
    });
  });
}
