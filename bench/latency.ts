/**
 * How long joins, polls and claims take at half and at four fifths of what each server can do, beside the baseline at
 * the same shares of its own. Visits come at random times, and count from the time that they were due.
 */
import type { Bench, Finding } from './bench.ts';
import { arrivals } from './facts.ts';
import { joinAt } from './joins.ts';
import type { Connection } from './load/connection.ts';
import { gather } from './load/crowd.ts';
import { openLoop, poisson } from './load/open-loop.ts';
import { percentile } from './measure/percentiles.ts';
import { type Spread, spread } from './measure/spread.ts';
import { sampleAnswer } from './polls.ts';
import type { ServerProcess } from './server.ts';
import type { Stand } from './stand.ts';
import { openTickets, serveAll } from './tickets.ts';

const ROUNDS = 3;
const SHARES = [0.5, 0.8];
/** How long the capacity of a server is measured, and how long visits come, in ms. */
const FULL = 2000;
const LASTS = 6000;
const CONNECTIONS = 300;
const PERCENTILES = [0.5, 0.99, 0.999];
const POLLERS = 5000;
/** Visitors who join to claim. */
const CLAIMS = 20_000;

interface Side {
  readonly server: ServerProcess;
  readonly visit: (connection: Connection) => Promise<unknown>;
}

export const latency: Bench = {
  name: 'latency',
  about: 'joins, polls and claims at 50 % and 80 % of the capacity, from the time that they are due',
  async run(stand) {
    return { findings: [...(await joins(stand)), ...(await polls(stand)), ...(await claims(stand))] };
  },
};

async function joins(stand: Stand): Promise<Finding[]> {
  const provider = await stand.provider();
  const baseline = { server: provider, visit: joinAt(provider, '/auth', '<h1>login</h1>') };
  const anteroom = await stand.anteroom();
  const ours = { server: anteroom, visit: joinAt(anteroom, '/authorize', 'You are in line') };
  return beside('join', baseline, ours, { capacity: await capacityOf(baseline), atMost: 1.5 });
}

async function polls(stand: Stand): Promise<Finding[]> {
  const anteroom = await stand.anteroom();
  const requests = await arrivals(anteroom.port, POLLERS);
  const constant = await stand.constant(await sampleAnswer(anteroom.port, requests.at(-1) ?? ''));
  let next = 0;
  const visit = (connection: Connection) => connection.send(requests[next++ % requests.length] ?? '');
  // Bare node:http answers faster than this process can ask: it is asked as often as the service.
  return beside('poll', { server: constant, visit }, { server: anteroom, visit });
}

/** There is no baseline that claims: a share of our own capacity only. */
async function claims(stand: Stand): Promise<Finding[]> {
  const anteroom = await stand.anteroom();
  const tickets = await openTickets(anteroom.port, CLAIMS);
  await serveAll(anteroom.port, CLAIMS);
  const side = { server: anteroom, visit: tickets.claimNext };
  const capacity = await capacityOf(side);
  const measured = empty();
  // As long as the visitors last, who come at random times.
  const share = SHARES.reduce((sum, each) => sum + each, 0);
  await measure(side, capacity, measured, Math.min(LASTS, (0.95 * 1000 * tickets.left()) / (share * capacity)));
  return percentiles('claim', measured);
}

/** Percentiles by share, of each round. */
type Measured = ReadonlyMap<number, number[][]>;

async function measure(side: Side, capacity: number, into: Measured, lasts = LASTS): Promise<void> {
  const loop = await openLoop(side.server.port, CONNECTIONS);
  for (const share of SHARES) {
    const took = await loop.run(poisson(share * capacity, lasts), side.visit);
    into.get(share)?.push(PERCENTILES.map((each) => percentile(took, each)));
  }
  loop.close();
}

/** Visits a second, after a warm-up. */
async function capacityOf({ server, visit }: Side): Promise<number> {
  const crowd = await gather(server.port);
  await crowd.during(FULL, visit);
  const done = await crowd.during(FULL, visit);
  crowd.disperse();
  return (done / FULL) * 1000;
}

const empty = (): Measured => new Map(SHARES.map((share) => [share, []]));
const column = (rows: readonly number[][], at: number): Spread => spread(rows.map((row) => row[at] ?? Number.NaN));
const name = (at: number) => `p${100 * (PERCENTILES[at] ?? 0)}`;

function percentiles(what: string, measured: Measured): Finding[] {
  return [...measured].flatMap(([share, rows]) =>
    PERCENTILES.map((_, at) => ({
      what: `${what}, ${name(at)} at ${100 * share} %`,
      value: column(rows, at),
      unit: 'ms',
    })),
  );
}

interface Besides {
  /** Visits a second of the baseline; as many as ours where it is left out. */
  readonly capacity?: number;
  /** The target of the ratio of the 99th percentiles at the greatest share. */
  readonly atMost?: number;
}

async function beside(
  what: string,
  baseline: Side,
  ours: Side,
  { capacity, atMost }: Besides = {},
): Promise<Finding[]> {
  const [base, own] = [empty(), empty()];
  const ownCapacity = await capacityOf(ours);
  for (let round = 0; round < ROUNDS; round++) {
    await measure(baseline, capacity ?? ownCapacity, base);
    await measure(ours, ownCapacity, own);
  }
  const at = PERCENTILES.indexOf(0.99);
  const share = Math.max(...SHARES);
  const ratios = (own.get(share) ?? []).map((row, round) => (row[at] ?? 0) / (base.get(share)?.[round]?.[at] ?? 0));
  const ratio = { what: `${what}, ${name(at)} at ${100 * share} %, ÷ baseline`, value: spread(ratios), unit: '×' };
  return [
    { ...ratio, ...(atMost === undefined ? {} : { target: { at_most: atMost } }) },
    ...percentiles(what, own),
    ...percentiles(`${what} of the baseline`, base),
  ];
}
