import { describe, expect, test } from 'vitest';
import { type PlanOptions, planOf } from '../../import-aws/plan.ts';
import type { Position, Rows, Token } from '../../import-aws/rows.ts';
import { type Item, type RowFault, readRows, type TableName } from '../../import-aws/rows.ts';

const NOW = 1_800_000_000;
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const position = (number: number, more: Partial<Position> = {}): Position => ({
  ...{ id: idOf(number), number, enteredAt: NOW - 5000 },
  ...more,
});
const token = (number: number, more: Partial<Token> = {}): Token => ({
  ...{
    id: idOf(number),
    number,
    issuedAt: NOW - 100,
    expires: NOW + 3500,
    issuer: 'https://old.example/api',
    status: 0,
  },
  ...more,
});
const rowsOf = (rows: Partial<Rows>): Rows => ({ positions: [], tokens: [], raises: [], ...rows });
const plan = (rows: Partial<Rows>, options: Partial<PlanOptions> = {}) =>
  planOf(rowsOf(rows), { expiry: 900, serving: null, now: NOW, ...options });

/** The numbers of a set. */
function numbersOf(base64: string): number[] {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length: bytes.length * 8 }, (_, n) => n).filter((n) => (bytes[n >> 3] ?? 0) & (0x80 >> (n & 7)));
}

describe('the serving counter', () => {
  const raises = [
    { to: 10, at: NOW - 300 },
    { to: 30, at: NOW - 200 },
    { to: 20, at: NOW - 100 },
  ];
  test.each([
    ['is that of the last raise by time, where expiry is on', raises, {}, 20],
    [
      'is the furthest of raises in one second',
      [
        { to: 4, at: NOW },
        { to: 7, at: NOW },
        { to: 5, at: NOW },
      ],
      {},
      7,
    ],
    ['is 0 where nothing was raised', [], {}, 0],
    ['is that of /serving_num, where expiry is off', raises, { expiry: null, serving: 12 }, 12],
  ])('%s', (_, given, options, serving) => {
    expect(plan({ raises: given }, options).line.serving).toBe(serving);
  });
});

test('numbers go on after the highest, whichever table has it', () => {
  expect(plan({ positions: [position(3), position(7)] }).line.queue).toBe(7);
  expect(plan({ positions: [position(3)], tokens: [token(9)] }).line.queue).toBe(9);
  expect(plan({}).line.queue).toBe(0);
});

test('counts tokens by their status, and admits those that live', () => {
  const tokens = [
    token(1),
    token(2, { status: 1 }),
    token(3, { status: -1 }),
    token(4, { expires: NOW - 1 }),
    token(5, { status: 1, expires: NOW - 1 }),
  ];
  const { line } = plan({ positions: [1, 2, 3, 4, 5, 6].map((n) => position(n)), tokens });
  expect(line).toMatchObject({ claimed: 5, completed: 2, abandoned: 1 });
  expect(line.admissions).toEqual([{ visitor: idOf(1), number: 1, issued_at: NOW - 100, expires_at: NOW + 3500 }]);
  expect([numbersOf(line.spent), numbersOf(line.present)]).toEqual([[1, 2, 3, 4, 5], [6]]);
});

test('a served number is too late as at AWS: from the later of its entry and the raise that covered it', () => {
  const positions = [
    position(1),
    position(2, { enteredAt: NOW - 899 }),
    position(3),
    position(4),
    // The number that nobody holds is 5.
    position(6),
  ];
  const raises = [
    { to: 2, at: NOW - 901 },
    { to: 4, at: NOW - 900 },
  ];
  const { line, counts } = plan({ positions, raises });
  expect([numbersOf(line.missed), numbersOf(line.present)]).toEqual([[1], [2, 3, 4, 6]]);
  expect(counts).toEqual({ waiting: 1, served: 3, missed: 1, unheld: 1 });
  const off = plan({ positions, raises }, { expiry: null, serving: 4 });
  expect(numbersOf(off.line.missed)).toEqual([]);
});

test('two people with one number both keep a place: who came first keeps the number', () => {
  const positions = [
    position(1),
    position(2, { enteredAt: NOW - 20 }),
    position(2, { id: idOf(9), enteredAt: NOW - 30 }),
  ];
  const { moved, line, positions: held } = plan({ positions });
  expect(moved).toEqual([{ id: idOf(2), from: 2, to: 3 }]);
  expect(line.queue).toBe(3);
  expect(held.map(({ id, number }) => [id, number])).toEqual([
    [idOf(1), 1],
    [idOf(9), 2],
    [idOf(2), 3],
  ]);
});

test('who has a token keeps the number of the token', () => {
  const positions = [position(1, { enteredAt: NOW - 90 }), position(1, { id: idOf(5), enteredAt: NOW - 30 })];
  const { moved, positions: held } = plan({ positions, tokens: [token(1, { id: idOf(5) })] });
  expect(moved).toEqual([{ id: idOf(1), from: 1, to: 2 }]);
  expect(held).toHaveLength(2);
  const both = plan({ positions, tokens: [token(1, { id: idOf(5) }), token(1)] });
  expect(both.moved).toEqual([]);
});

describe('a row', () => {
  const event_id = 'Sample';
  const good = {
    'queue positions': { request_id: idOf(1), event_id, queue_position: 1, entry_time: NOW, status: 1 },
    tokens: {
      ...{ request_id: idOf(1), event_id, queue_number: 1, issued_at: NOW, not_before: NOW, expires: NOW },
      ...{ issuer: 'i', session_status: 0 },
    },
    'serving counters': { event_id, serving_counter: 5, issue_time: NOW, queue_positions_served: 5 },
  } satisfies Record<TableName, Item>;
  const read = (table: TableName, item: Item) => {
    const faults: RowFault[] = [];
    const rows = readRows(table, [good[table], item], { eventId: event_id, faults });
    return { rows, faults };
  };

  test.each(Object.keys(good) as TableName[])('of the table of %s is read', (table) => {
    const { rows, faults } = read(table, good[table]);
    expect([rows.length, faults]).toEqual([2, []]);
  });

  test.each<[TableName, Item, string]>([
    ['queue positions', { queue_position: 'first' }, 'queue_position must be a whole number'],
    ['queue positions', { queue_position: 1.5 }, 'queue_position must be a whole number'],
    ['queue positions', { queue_position: 0 }, 'queue_position must be a whole number'],
    ['queue positions', { queue_position: undefined }, 'queue_position is missing'],
    ['queue positions', { entry_time: { BOOL: true } }, 'entry_time must be a whole number'],
    ['queue positions', { event_id: 'Other' }, 'event_id is "Other", and that of the room Sample'],
    ['queue positions', { request_id: 'me' }, 'request_id has not the form of a request id'],
    ['tokens', { session_status: 7 }, 'session_status must be a whole number from -1 to 1, and is 7'],
    ['tokens', { issuer: undefined }, 'issuer is missing'],
    ['tokens', { expires: Number.NaN }, 'expires must be a whole number'],
    ['serving counters', { serving_counter: -1 }, 'serving_counter must be a whole number'],
    ['serving counters', { issue_time: 'now' }, 'issue_time must be a whole number'],
  ])('of %s with %j is named by its table and key', (table, wrong, message) => {
    const { rows, faults } = read(table, { ...good[table], ...wrong });
    expect(rows).toHaveLength(1);
    expect(faults).toEqual([{ table, key: expect.any(String), message: expect.stringContaining(message) }]);
    const { request_id = idOf(1) } = wrong as { request_id?: string };
    if (table !== 'serving counters') expect(faults[0]?.key).toBe(`request_id ${JSON.stringify(request_id)}`);
    else expect(faults[0]?.key).toContain('event_id "Sample", serving_counter');
  });
});
