import { expect, test } from 'vitest';
import { raiseOnExpiry, withoutExpiry } from '#waiting-room/inlets/raise-on-expiry.ts';

/** An inlet that serves one and counts its steps. */
const inlet = (state: string) => ({ cause: 'inlet', raise: { people: 1 }, state: `${state}x` });

test.each([
  ['at first it only notes what has expired', '', 4, { cause: 'inlet', raise: { people: 1 }, state: 'expired 1 4 x' }],
  [
    'nothing expired: the inlet steps',
    'expired 1 4 xx',
    4,
    { cause: 'inlet', raise: { people: 1 }, state: 'expired 1 4 xxx' },
  ],
  [
    'three expired: the inlet waits for its next step',
    'expired 1 4 xx',
    7,
    { cause: 'expiry', raise: { numbers: 3 }, state: 'expired 1 7 xx' },
  ],
  ['of another generation', 'expired 0 9 ', 2, { cause: 'inlet', raise: { people: 1 }, state: 'expired 1 2 x' }],
])('%s', (_, state, expired, step) => {
  expect(raiseOnExpiry(state, { generation: 1, expired }, inlet)).toEqual(step);
});

test('an inlet gets its own state back where the option was taken back', () => {
  expect(withoutExpiry('expired 1 4 periodic {"at":1}')).toBe('periodic {"at":1}');
  expect(withoutExpiry('periodic {"at":1}')).toBe('periodic {"at":1}');
});
