import { expect, test } from 'vitest';
import { createBlockTickets } from '#waiting-room/block-ticket.ts';

const KEYS = ['a key that only the tests know'];
const LINE = { incarnation: 'a4Fk93kdfj0', generation: 3 };
const tickets = createBlockTickets(KEYS);
const joined = { ...LINE, number: 1204, entry: null };

test('an id has the form of a UUID and opens as the ticket that it is', () => {
  const id = tickets.seal('sale', joined);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  expect(tickets.open(id, 'sale', LINE)).toEqual({
    ...{
      room: 'sale',
      ...LINE,
      number: 1204,
      entry: null,
      visitor: id,
      joinedAt: 0,
      predicted: null,
      standing: 'proven',
    },
  });
});

test.each([1, 255, 2 ** 32, 2 ** 47 - 1])('keeps the number %i', (number) => {
  const id = tickets.seal('sale', { ...joined, number });
  expect(tickets.open(id, 'sale', LINE)?.number).toBe(number);
});

test.each([
  { draw: 1, index: 0 },
  { draw: 32_767, index: 2 ** 32 - 1 },
])('keeps an entry %j in place of a number', (entry) => {
  const id = tickets.seal('sale', { ...joined, number: 0, entry });
  expect(tickets.open(id, 'sale', LINE)).toMatchObject({ number: 0, entry });
});

test('neighbours have nothing in common', () => {
  const ids = [1, 2, 3].map((number) => tickets.seal('sale', { ...joined, number }));
  expect(new Set(ids.map((id) => id.slice(0, 8))).size).toBe(3);
});

test.each([
  ['another room', 'other', LINE],
  ['another line of the room', 'sale', { ...LINE, incarnation: 'another' }],
  ['a later generation', 'sale', { ...LINE, generation: 4 }],
])('does not open for %s', (_, room, line) => {
  expect(tickets.open(tickets.seal('sale', joined), room, line)).toBeNull();
});

test('opens for a process that does not know of the last reset yet', () => {
  const id = tickets.seal('sale', joined);
  expect(tickets.open(id, 'sale', { ...LINE, generation: 2 })?.generation).toBe(3);
});

test('generations go on beyond sixteen bits', () => {
  const line = { ...LINE, generation: 65_536 };
  expect(tickets.open(tickets.seal('sale', { ...joined, ...line }), 'sale', line)?.generation).toBe(65_536);
  const before = tickets.seal('sale', { ...joined, generation: 65_535 });
  expect(tickets.open(before, 'sale', line)).toBeNull();
});

test('a changed digit opens nothing', () => {
  const id = tickets.seal('sale', joined);
  for (const at of [0, 9, 20, 35]) {
    const changed = id.slice(0, at) + (id[at] === '0' ? '1' : '0') + id.slice(at + 1);
    expect(tickets.open(changed, 'sale', LINE)).toBeNull();
  }
});

test.each(['', 'x', 'zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz', '00000000-0000-0000-0000-000000000000-more'])(
  'the text %j opens nothing',
  (text) => {
    expect(tickets.open(text, 'sale', LINE)).toBeNull();
  },
);

test('the upper case of an id is no id: a visitor has one name', () => {
  expect(tickets.open(tickets.seal('sale', joined).toUpperCase(), 'sale', LINE)).toBeNull();
});

test('keys rotate: the first seals, all open', () => {
  const id = tickets.seal('sale', joined);
  const rotated = createBlockTickets(['a new key of the tests', ...KEYS]);
  expect(rotated.open(id, 'sale', LINE)?.number).toBe(1204);
  expect(rotated.seal('sale', joined)).not.toBe(id);
  expect(createBlockTickets(['a new key of the tests']).open(id, 'sale', LINE)).toBeNull();
});
