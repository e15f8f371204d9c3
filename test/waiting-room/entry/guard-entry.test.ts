import { describe, expect, test } from 'vitest';
import { networksOf } from '#http/client-network.ts';
import { lineView } from '#support/line-view.ts';
import { createAddressKey } from '#waiting-room/entry/address-key.ts';
import { createGuardEntry } from '#waiting-room/entry/guard-entry.ts';
import { createJoinLimits } from '#waiting-room/entry/join-limits.ts';
import { AnteroomError, ChallengeRequired } from '#waiting-room/errors.ts';
import { createSeal } from '#waiting-room/seal.ts';
import type { Snapshot } from '#waiting-room/snapshots.ts';

const DAY = 24 * 3_600_000;
const limits = { joins_per_address: { count: 6, window: 60_000 }, unproven_per_address: 20, sessions_per_admission: 3 };

function guarded(settings: object = {}, present = 0, view: Parameters<typeof lineView>[0] = {}) {
  let at = 1_790_000_000_000;
  const now = () => at;
  const told: object[] = [];
  const sharedCounts = { add: async () => new Map<string, number>() };
  const joinLimits = createJoinLimits({ sharedCounts, now });
  const guard = createGuardEntry({ joinLimits, now, emit: (type, fields) => void told.push({ type, ...fields }) });
  const key = createAddressKey(createSeal(['a key']), now);
  const snapshot = {
    settings: { id: 'sale', limits, ...settings },
    view: lineView({ ...view, counters: { present, ...view.counters } }),
    present,
  } as unknown as Snapshot;
  const keyOf = (address: string) => key(networksOf(address));
  return {
    told,
    keyOf,
    pass: (ms: number) => {
      at += ms;
    },
    /** The code of the refusal; `join` for a newcomer who gets a number. */
    come(address: string | null, more: object = {}): string {
      try {
        guard(snapshot, { address: address === null ? null : keyOf(address), ...more });
        return 'join';
      } catch (error) {
        if (error instanceof AnteroomError) return error.code;
        throw error;
      }
    },
    refusal(address: string): unknown {
      try {
        return guard(snapshot, { address: keyOf(address) });
      } catch (error) {
        return error;
      }
    },
  };
}

const times = <T>(count: number, call: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => call(n));
const joins = (answers: readonly string[]) => answers.filter((answer) => answer === 'join').length;

describe('a room where many admissions lapsed', () => {
  const places = { counters: { queue: 10, serving: 15 } };

  test('asks newcomers for a proof before a free place', () => {
    const { come, refusal } = guarded({}, 0, { ...places, lapsedShare: 0.5 });
    expect(come('192.0.2.7')).toBe('challenge_required');
    expect(refusal('192.0.2.7')).toMatchObject({ retryAfter: 1, message: expect.not.stringContaining('address') });
    expect(come('192.0.2.7', { proven: true })).toBe('join');
  });

  test.each([
    ['few lapsed', {}, { ...places, lapsedShare: 0.49 }],
    ['no place is free', {}, { counters: { queue: 10, serving: 10 }, lapsedShare: 1 }],
    ['the room asks for no proof', { challenge: 'off' }, { ...places, lapsedShare: 1 }],
  ])('asks for none where %s', (_where, settings, view) => {
    expect(guarded(settings, 0, view).come('192.0.2.7')).toBe('join');
  });
});

describe('the limit on joins of an address', () => {
  test('asks for a proof beyond it, says when the next may join without one, and recovers evenly', () => {
    const { come, refusal, pass } = guarded();
    expect(joins(times(6, () => come('192.0.2.7')))).toBe(6);
    expect(come('192.0.2.7')).toBe('challenge_required');
    expect(refusal('192.0.2.7')).toBeInstanceOf(ChallengeRequired);
    expect(refusal('192.0.2.7')).toMatchObject({
      retryAfter: 10,
      message: expect.stringContaining('from this address'),
    });
    pass(10_000);
    expect([come('192.0.2.7'), come('192.0.2.7')]).toEqual(['join', 'challenge_required']);
  });

  test('counts no proven newcomers, and lets any number of them join', () => {
    const { come } = guarded();
    expect(joins(times(5000, () => come('192.0.2.7', { proven: true })))).toBe(5000);
    expect(joins(times(6, () => come('192.0.2.7')))).toBe(6);
  });

  test('is ten times as high for the network around the address', () => {
    const { come } = guarded();
    expect(joins(times(256, (n) => come(`192.0.2.${n}`)))).toBe(60);
    expect(come('192.0.3.1')).toBe('join');
  });

  test('counts a /64 of IPv6 as one address, and ten times as many in a /48', () => {
    const { come } = guarded();
    expect(joins(times(50, (n) => come(`2001:db8:1:1::${n}`)))).toBe(6);
    expect(joins(times(50, (n) => come(`2001:db8:2:${n}::1`)))).toBe(50);
    expect(joins(times(50, (n) => come(`2001:db8:2:1${n}::1`)))).toBe(10);
  });

  test('holds for nobody in a room that asks for no proof, or that has no limit', () => {
    const off = guarded({ challenge: 'off' });
    const unlimited = guarded({ limits: { ...limits, joins_per_address: null } });
    for (const { come } of [off, unlimited]) expect(joins(times(100, () => come('192.0.2.7')))).toBe(100);
  });

  test('holds for nobody without an address', () => {
    expect(joins(times(100, () => guarded().come(null)))).toBe(100);
  });

  test('tells operators once of an address, and of twenty addresses of a room at most', () => {
    const { come, told, keyOf, pass } = guarded();
    times(50, () => come('192.0.2.7'));
    const address_hash = keyOf('192.0.2.7').slice(0, 8);
    expect(told).toEqual([{ type: 'abuse.suspected', room: 'sale', reason: 'joins_per_address', address_hash }]);
    for (let n = 0; n < 100; n++) times(8, () => come(`198.51.${n}.1`));
    expect(told).toHaveLength(20);
    pass(600_000);
    times(8, () => come('192.0.2.7'));
    expect(told).toHaveLength(21);
  });
});

describe('capacity', () => {
  test('is full as soon as that many are present, for proven visitors too', () => {
    expect(guarded({ capacity: 10 }, 9).come('192.0.2.7')).toBe('join');
    expect(guarded({ capacity: 10 }, 10).come('192.0.2.7')).toBe('room_full');
    expect(guarded({ capacity: 10 }, 10).come('192.0.2.7', { proven: true })).toBe('room_full');
    expect(guarded({ capacity: null }, 10_000).come('192.0.2.7')).toBe('join');
  });
});

describe('the key of an address', () => {
  test('has 16 characters, half of them for the network around it, and changes each day', () => {
    const { keyOf, pass } = guarded();
    const before = keyOf('192.0.2.7');
    expect(before).toMatch(/^[\w-]{16}$/);
    expect(keyOf('192.0.2.8').slice(8)).toBe(before.slice(8));
    expect(keyOf('192.0.2.8').slice(0, 8)).not.toBe(before.slice(0, 8));
    pass(DAY);
    expect(keyOf('192.0.2.7')).not.toBe(before);
  });
});
