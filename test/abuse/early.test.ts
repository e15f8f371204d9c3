/** What an attacker gets who takes numbers before honest visitors come, and sends no heartbeat. */
import { expect, test } from 'vitest';
import { networksOf } from '#http/client-network.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import { honestVisitors, openSale, type Sale, START } from './sale.ts';

const SECOND = 1000;
const STAY = { inside: 50 * SECOND };

/** An address of its own for each. */
const addressOf = (n: number) => `198.${n >> 8}.${n & 255}.9`;

/** So many join and send no heartbeat, each from another address. */
async function joinSilently({ room }: Sale, count: number): Promise<Ticket[]> {
  const joining = Array.from({ length: count }, (_, n) =>
    room.visitors.arrive('sale', { visitor: null, ticket: null, address: room.addressKey(networksOf(addressOf(n))) }),
  );
  return (await Promise.all(joining)).map(({ ticket }) => ticket);
}

function comeHonestly(sale: Sale, count: number) {
  const honest = honestVisitors(sale, STAY);
  for (let n = 0; n < count; n++) honest.come(`203.0.113.${n}`);
  return honest;
}

const INLETS = [
  ['manual', { strategy: 'manual' }],
  ['periodic', { strategy: 'periodic', increment: 10, every: '20s' }],
  ['rate', { strategy: 'rate', per_minute: 30 }],
] as const;

test.each(INLETS)('1,000 silent numbers ahead keep nobody out at the inlet %s', async (_name, inlet) => {
  const sale = await openSale({ inlet });
  try {
    await joinSilently(sale, 1000);
    await sale.run(20 * SECOND);
    const { waits } = comeHonestly(sale, 10);
    await sale.run(10 * SECOND);
    if (inlet.strategy === 'manual') await sale.room.operations.raisePeople('sale', 10);
    await sale.run(30 * SECOND);
    expect(waits).not.toContain(null);
  } finally {
    await sale.close();
  }
});

test('200 numbers that were never present are behind 100 visitors who wait, whenever they rejoin', async () => {
  const sale = await openSale({ inlet: { strategy: 'rate', per_minute: 60 }, admission: { missed_turn: 'front' } });
  try {
    const tickets = await joinSilently(sale, 200);
    await sale.run(30 * SECOND);
    const { waits } = comeHonestly(sale, 100);
    await sale.run(10 * SECOND);
    const rejoined = await Promise.all(
      tickets.map(async (ticket) => {
        const { rejoin } = await sale.room.visitors.facts(ticket);
        return rejoin ? sale.room.visitors.rejoin(ticket, { address: null }) : ticket;
      }),
    );
    expect(Math.min(...rejoined.map(({ number }) => number))).toBeGreaterThan(300);
    await sale.run(110 * SECOND);
    expect(waits).not.toContain(null);
  } finally {
    await sale.close();
  }
});

test('2,000 entrants without a heartbeat are not drawn', async () => {
  const iso = (at: number) => new Date(at).toISOString();
  const opening = { id: 'opening', prequeue_start: iso(START), start: iso(START + 60 * SECOND), order: 'draw' };
  const sale = await openSale({ inlet: { strategy: 'rate', per_minute: 60 }, events: [opening] });
  try {
    await sale.run(2 * SECOND);
    const entrants = await joinSilently(sale, 2000);
    expect(entrants.filter(({ entry }) => entry)).toHaveLength(2000);
    await sale.run(10 * SECOND);
    const { waits } = comeHonestly(sale, 20);
    await sale.run(53 * SECOND);
    expect(await sale.room.operations.counters('sale')).toMatchObject({ queue: 20 });
    await sale.run(30 * SECOND);
    expect(waits).not.toContain(null);
  } finally {
    await sale.close();
  }
});
