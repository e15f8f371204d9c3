import { expect, test } from 'vitest';
import { REHEARSAL_TIME, readRehearsalVisitor, rehearsalVisitor } from '#waiting-room/rehearsals/visitor.ts';
import { createSeal } from '#waiting-room/seal.ts';
import { newVisitor } from '#waiting-room/ticket.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const [old, current] = [createSeal(['the first key']), createSeal(['the second key', 'the first key'])];
const visitor = rehearsalVisitor(old, 'sale', '0badcafe', NOW + 60_000);

test('every process that has the key knows the visitor of a rehearsal, also after a rotation', () => {
  const found = { id: '0badcafe', endsAt: NOW + 60_000 };
  expect(readRehearsalVisitor(old, 'sale', visitor, NOW)).toEqual(found);
  expect(readRehearsalVisitor(current, 'sale', visitor, NOW)).toEqual(found);
  expect(visitor).toHaveLength(newVisitor().length);
});

test.each([
  ['in another room', 'other', visitor, NOW],
  ['once it is over', 'sale', visitor, NOW + 60_000],
  [
    'that would last longer than an hour',
    'sale',
    rehearsalVisitor(old, 'sale', '0badcafe', NOW + REHEARSAL_TIME + 1000),
    NOW,
  ],
  ['with another end', 'sale', `${visitor.slice(0, 4)}zz${visitor.slice(6)}`, NOW],
  ['with another stamp', 'sale', `${visitor.slice(0, -4)}AAAA`, NOW],
  [
    'of a key that is gone',
    'sale',
    rehearsalVisitor(createSeal(['a lost key']), 'sale', '0badcafe', NOW + 60_000),
    NOW,
  ],
  ['that is another visitor', 'sale', newVisitor(), NOW],
  ['that is no id', 'sale', 'ann', NOW],
])('nobody is a visitor of a rehearsal %s', (_, room, id, now) => {
  expect(readRehearsalVisitor(old, room, id, now)).toBeNull();
});
