/** Tickets of visitors who joined through the tickets API, and their claims. */
import { nextAddress } from './load/browser.ts';
import type { Connection } from './load/connection.ts';
import { gather } from './load/crowd.ts';
import { ROOM, raise } from './stand.ts';

const TICKETS = `/rooms/${ROOM}/tickets`;

export interface Tickets {
  /** How many did not claim yet. */
  left(): number;
  /** Takes so many of those that did not claim yet. */
  take(count: number): string[];
  claim(connection: Connection, ticket: string): Promise<void>;
  /** Claims for the next visitor who did not. */
  claimNext(connection: Connection): Promise<void>;
}

/** So many visitors join. */
export async function openTickets(port: number, count: number): Promise<Tickets> {
  const host = `127.0.0.1:${port}`;
  const tickets: string[] = [];
  const joining = await gather(port);
  await joining.each(Array.from({ length: count }), async (connection) => {
    const lines = `Host: ${host}\r\nX-Forwarded-For: ${nextAddress()}\r\nContent-Length: 0\r\n`;
    const { status, body } = await connection.send(`POST ${TICKETS} HTTP/1.1\r\n${lines}\r\n`);
    if (status !== 201) throw new Error(`a join is answered ${status} ${body}`);
    tickets.push((JSON.parse(body) as { ticket: string }).ticket);
  });
  joining.disperse();

  async function claim(connection: Connection, ticket: string): Promise<void> {
    const lines = `Host: ${host}\r\nAuthorization: Bearer ${ticket}\r\nContent-Length: 0\r\n`;
    const { status, body } = await connection.send(`POST ${TICKETS}/self/claim HTTP/1.1\r\n${lines}\r\n`);
    if (status !== 200) throw new Error(`a claim is answered ${status} ${body}`);
  }

  return {
    left: () => tickets.length,
    take: (some) => tickets.splice(0, some),
    claim,
    async claimNext(connection) {
      const ticket = tickets.shift();
      if (ticket === undefined) throw new Error('too few visitors joined for so many claims');
      await claim(connection, ticket);
    },
  };
}

/** Serves all of them, a part at a time. */
export async function serveAll(port: number, numbers: number): Promise<void> {
  for (let served = 0; served < numbers; served += 1000) await raise(port, Math.min(1000, numbers - served));
}
