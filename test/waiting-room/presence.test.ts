import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forget, hear, hearAll, newPresence, turnWindows } from '#waiting-room/line/presence.ts';

const T0 = 1_800_000_000_000;
const timeout = fc.integer({ min: 3, max: 5000 });
/** Who was heard from (or forgotten), so long after what came before. */
const event = fc.record({ after: fc.nat(3000), number: fc.nat(20), forgotten: fc.boolean() });

describe('presence', () => {
  it('lasts for the timeout at least, a third longer at most, and ends at once for the forgotten', () => {
    fc.assert(
      fc.property(timeout, fc.array(event, { maxLength: 60 }), (lasting, events) => {
        const presence = newPresence();
        const heardAt = new Map<number, number>();
        let now = T0;
        for (const { after, number, forgotten } of events) {
          now += after;
          turnWindows(presence, lasting, now);
          if (forgotten && heardAt.delete(number)) forget(presence, number);
          else if (!forgotten) {
            hear(presence, number);
            heardAt.set(number, now);
          }
          for (let other = 0; other <= 20; other++) {
            const silent = now - (heardAt.get(other) ?? Number.NEGATIVE_INFINITY);
            const present = presence.present.has(other);
            if (silent <= lasting) expect(present).toBe(true);
            if (silent >= 4 * Math.ceil(lasting / 3)) expect(present).toBe(false);
          }
        }
      }),
    );
  });

  it('records a range of heartbeats like each of them', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(6000), (from, to, later) => {
        const [together, apart] = [newPresence(), newPresence()];
        for (const presence of [together, apart]) turnWindows(presence, 3000, T0);
        hearAll(together, from, to);
        for (let number = from; number <= to; number++) hear(apart, number);
        for (const presence of [together, apart]) turnWindows(presence, 3000, T0 + later);
        expect([...together.present.between(0, 100)]).toEqual([...apart.present.between(0, 100)]);
      }),
    );
  });

  it('is not moved by a clock that jumps back', () => {
    const presence = newPresence();
    turnWindows(presence, 3000, T0);
    hear(presence, 1);
    turnWindows(presence, 3000, T0 - 1_000_000);
    expect(presence.present.has(1)).toBe(true);
    expect(presence.windowStart).toBe(T0);
  });
});
