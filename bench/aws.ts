/** The four calls of a client of AWS's Virtual Waiting Room: assign_queue_num, queue_num, serving_num, generate_token. */
import type { Bench } from './bench.ts';
import { compared } from './bench.ts';
import { bodyOf } from './load/browser.ts';
import type { Connection } from './load/connection.ts';
import { gather } from './load/crowd.ts';
import type { Contestant } from './measure/compare.ts';
import { compare } from './measure/compare.ts';
import type { ServerProcess } from './server.ts';
import { ROOM, raise } from './stand.ts';

const ROUNDS = 5;
const TIME = 2000;
const EVENT = 'Sample';
/** So many are served at once: nobody waits. */
const SERVED = 1_000_000;

const SETTINGS = `
rooms:
  - id: ${ROOM}
    title: Spring sale
    inlet: { strategy: manual }
    challenge: 'off'
    limits: { joins_per_address: 1000000/1m, unproven_per_address: 10000 }
    aws: { event_id: ${EVENT} }
`;

export const aws: Bench = {
  name: 'aws',
  about: "the four calls of AWS's clients, against bare node:http with one command of Redis and the same signatures",
  async run(stand) {
    const server = await stand.anteroom({ settings: SETTINGS });
    await raise(server.port, SERVED);
    const ours = contestant(server, '/aws/public');
    const baseline = contestant(await stand.fourCalls(), '');
    return compared(await compare({ baseline, ours, rounds: ROUNDS }), 0.5);
  },
};

function contestant(server: ServerProcess, path: string): Contestant {
  const host = `127.0.0.1:${server.port}`;
  const get = async (connection: Connection, call: string) =>
    bodyOf(await connection.send(`GET ${path}${call} HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
  async function post(connection: Connection, call: string, fields: object): Promise<string> {
    const body = JSON.stringify(fields);
    const lines = `Host: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    return bodyOf(await connection.send(`POST ${path}${call} HTTP/1.1\r\n${lines}\r\n${body}`));
  }

  async function visit(connection: Connection): Promise<void> {
    const assigned = await post(connection, '/assign_queue_num', { event_id: EVENT });
    const { api_request_id: id } = JSON.parse(assigned) as { api_request_id: string };
    await get(connection, `/queue_num?event_id=${EVENT}&request_id=${id}`);
    await get(connection, `/serving_num?event_id=${EVENT}`);
    const token = await post(connection, '/generate_token', { event_id: EVENT, request_id: id });
    if (!token.includes('access_token')) throw new Error(`this is no token: ${token}`);
  }

  return {
    server,
    async run() {
      const crowd = await gather(server.port);
      const start = performance.now();
      const operations = await crowd.during(TIME, visit);
      const seconds = (performance.now() - start) / 1000;
      crowd.disperse();
      return { operations, seconds };
    },
  };
}
