/** What one client can take of a line, and what its neighbours notice of it. */
import { beforeEach, expect, test } from 'vitest';
import { networksOf } from '#http/client-network.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { AnteroomError } from '#waiting-room/errors.ts';

const service = serviceOn(embeddedStore, { rooms: [{ id: 'sale' }] });

beforeEach(async () => {
  await service.waitingRoom.operations.reset('sale');
  service.time.pass(3_600_000);
});

/** The number of a newcomer; null for one who has to bring a proof first. */
async function join(address: string, proven = false): Promise<number | null> {
  const { visitors, addressKey } = service.waitingRoom;
  try {
    const request = { address: addressKey(networksOf(address)), proven };
    return (await visitors.arrive('sale', { visitor: null, ticket: null, ...request })).ticket.number;
  } catch (error) {
    if (error instanceof AnteroomError && error.code === 'challenge_required') return null;
    throw error;
  }
}

/** Joins as the page does: a newcomer who has to bring a proof brings one. */
const joinByPage = async (address: string) => (await join(address)) ?? (await join(address, true));

const issued = async () => (await service.waitingRoom.operations.counters('sale')).queue;

test('a hundred joins a second for a minute from one address take 120 numbers, and honest visitors join meanwhile', async () => {
  let honest = 0;
  for (let second = 0; second < 60; second++) {
    for (let n = 0; n < 100; n++) {
      await join('192.0.2.1');
      service.time.pass(10);
    }
    if ((await join(`203.0.${second}.7`)) !== null) honest += 1;
  }
  expect(honest).toBe(60);
  expect((await issued()) - honest).toBeLessThanOrEqual(150);
  expect((await issued()) - honest).toBeGreaterThan(100);
});

test('the addresses of one network take no more numbers together than ten of them', async () => {
  for (let n = 0; n < 6000; n++) {
    await join(`192.0.2.${n % 256}`);
    service.time.pass(10);
  }
  expect(await issued()).toBeLessThanOrEqual(1300);
});

test('5,000 visitors with scripts behind one address all get a number, with one proof each at most', async () => {
  const numbers: (number | null)[] = [];
  for (let n = 0; n < 5000; n++) numbers.push(await joinByPage('198.51.100.1'));
  expect(numbers).toEqual(Array.from({ length: 5000 }, (_, n) => n + 1));
});

test('20 visitors without scripts behind one address get their numbers at once', async () => {
  const numbers = await Promise.all(Array.from({ length: 20 }, () => join('198.51.100.1')));
  expect(numbers.sort((one, other) => Number(one) - Number(other))).toEqual(
    Array.from({ length: 20 }, (_, n) => n + 1),
  );
});
