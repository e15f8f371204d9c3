/** A process that views a long line again gets of the bitmap what changed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineMemory } from '#waiting-room/line-memory.ts';
import { makeRoom, presentNumbers, type RoomUnderTest, T0 } from './contract/room-under-test.ts';
import { useRedis } from './use-redis.ts';

const LONG = 700_000;
/** Bytes of the bitmap. */
const WHOLE = LONG / 8;
const NOBODY = new Uint8Array(0);

describe('those present in a long line', () => {
  const redis = useRedis();

  /** A line of which every second number is present. */
  async function longLine(queue = LONG): Promise<RoomUnderTest> {
    const room = await makeRoom(redis.store);
    const former = { queue, serving: 0, claimed: 0, completed: 0, abandoned: 0, admissions: [] };
    const present = new Uint8Array(queue / 8 + 1).fill(0b01010101);
    await redis.store.line.takeOver(room.id, { ...former, present, spent: NOBODY, missed: NOBODY }, T0);
    return room;
  }

  const seenAgain = async ({ id }: RoomUnderTest) =>
    (await redis.store.line.viewForMemory(id, createLineMemory().known(id, T0), T0)).view;

  /** How many bytes Redis sends for it. */
  async function bytesOf(step: () => Promise<unknown>): Promise<number> {
    const sent = async () => Number(/total_net_output_bytes:(\d+)/.exec(await redis.client.info('stats'))?.[1]);
    const before = await sent();
    await step();
    return (await sent()) - before;
  }

  async function expectTheSame(room: RoomUnderTest): Promise<void> {
    const [again, whole] = [await seenAgain(room), await room.view()];
    expect(again.counters).toEqual(whole.counters);
    // Numbers take long to compare one by one.
    expect(Buffer.from(numbersOf(again)).equals(Buffer.from(numbersOf(whole)))).toBe(true);
  }

  const numbersOf = (view: Parameters<typeof presentNumbers>[0]) => Uint32Array.from(presentNumbers(view)).buffer;

  it('travel whole once, and then a fraction where nothing changes', async () => {
    const room = await longLine();
    expect(await bytesOf(() => seenAgain(room))).toBeGreaterThan(WHOLE);
    for (let time = 0; time < 3; time++) expect(await bytesOf(() => seenAgain(room))).toBeLessThan(WHOLE / 4);
    await expectTheSame(room);
  });

  it('are the same as in a whole view, whatever changes', async () => {
    const number = fc.integer({ min: 1, max: LONG });
    const step = fc.oneof(
      fc.array(number, { minLength: 1, maxLength: 300 }).map((heard) => ({ heard: heard.map((n) => n - (n % 2)) })),
      fc.record({ numbers: fc.constantFrom(1000, 70_000, 250_000, -60_000, -200_000) }),
      fc.record({ joined: fc.integer({ min: 1, max: 900 }) }),
      fc.constant('reset' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const room = await longLine();
        await expectTheSame(room);
        for (const each of steps) {
          if (each === 'reset') await redis.store.line.reset(room.id, { incarnation: '' }, T0);
          else if ('heard' in each) await room.heard(each.heard.filter((n) => n > 0));
          else if ('joined' in each) await room.crowd(each.joined);
          else await room.raise(each);
          await expectTheSame(room);
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 8) },
    );
  }, 120_000);

  it('are the same within 32 views, even where as many left as came next to them', async () => {
    const room = await longLine();
    await seenAgain(room);
    await room.heard([400_002]);
    await room.leave({ generation: 1, number: 400_001, visitor: '' });
    for (let view = 0; view < 32; view++) await seenAgain(room);
    await expectTheSame(room);
  });

  it('are those of the line that is there, where another one of the same length took its place', async () => {
    const room = await longLine();
    await seenAgain(room);
    await redis.store.line.reset(room.id, { incarnation: '' }, T0);
    const former = { queue: LONG, serving: 0, claimed: 0, completed: 0, abandoned: 0, admissions: [] };
    const present = new Uint8Array(WHOLE + 1).fill(0b10101010);
    await redis.store.line.takeOver(room.id, { ...former, present, spent: NOBODY, missed: NOBODY }, T0);
    await expectTheSame(room);
  });
});
