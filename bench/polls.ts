/** Shared by the benchmarks of polls: wrk replays the same requests on Anteroom and on bare node:http. */
import { join } from 'node:path';
import type { Outcome } from './bench.ts';
import { compared } from './bench.ts';
import { openConnection } from './load/connection.ts';
import { findWrk, replay, writeRequests } from './load/wrk.ts';
import type { Contestant } from './measure/compare.ts';
import { compare } from './measure/compare.ts';
import type { ServerProcess } from './server.ts';
import type { Stand } from './stand.ts';

const ROUNDS = 6;
const SECONDS = 2;

/** The baseline answers with the headers and body of Anteroom's answer to the last request. */
export async function comparePolls(
  stand: Stand,
  anteroom: ServerProcess,
  requests: readonly string[],
  atLeast: number,
): Promise<Outcome> {
  const wrk = await findWrk();
  const file = join(stand.folder, 'requests');
  await writeRequests(file, requests);
  const constant = await stand.constant(await sampleAnswer(anteroom.port, requests.at(-1) ?? ''));
  const contestant = (server: ServerProcess): Contestant => ({
    server,
    async run() {
      const { requests: operations, seconds } = await replay(wrk, server.port, file, SECONDS);
      return { operations, seconds };
    },
  });
  const sides = { baseline: contestant(constant), ours: contestant(anteroom) };
  return compared(await compare({ ...sides, rounds: ROUNDS }), atLeast);
}

/** Headers that node:http adds by itself. */
const OWN = /^(?:date|connection|keep-alive|transfer-encoding)$/i;

/** The answer to one request, without the headers that node:http adds by itself. */
export async function sampleAnswer(port: number, request: string) {
  const connection = await openConnection(port);
  const { status, head, body } = await connection.send(request);
  connection.close();
  if (status !== 200 && status !== 204) throw new Error(`the answer to the sample is ${head}`);
  const lines = head.split('\r\n').slice(1);
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const);
  return { status, headers: Object.fromEntries(headers.filter(([name]) => !OWN.test(name))), body };
}
