/**
 * A real opening: everyone comes within ten seconds, then a tail. How long it takes until the last has a page, beside bare
 * oidc-provider, and what the polls of those who wait see meanwhile.
 */
import type { Bench, Finding } from './bench.ts';
import { arrivals } from './facts.ts';
import { joinAt } from './joins.ts';
import type { Connection } from './load/connection.ts';
import { openLoop, poisson } from './load/open-loop.ts';
import { percentile } from './measure/percentiles.ts';
import { spread } from './measure/spread.ts';
import type { ServerProcess } from './server.ts';

const VISITORS = 50_000;
/** Nine of ten come in the rush, and the others in the tail, as long again. In ms. */
const RUSH = 10_000;
const IN_RUSH = 0.9;
const CONNECTIONS = 1000;
/** Visitors who waited before, and their polls a second. */
const WAITING = 2000;
const POLLS = 100;

export const opening: Bench = {
  name: 'opening',
  about: `${VISITORS.toLocaleString('en')} visitors within twenty seconds, nine of ten in the first ten`,
  async run(stand) {
    const provider = await stand.provider();
    const baseline = await open(provider, joinAt(provider, '/auth', '<h1>login</h1>'));
    await provider.stop();
    const anteroom = await stand.anteroom();
    const requests = await arrivals(anteroom.port, WAITING);
    let next = 0;
    const poll = (connection: Connection) => connection.send(requests[next++ % requests.length] ?? '');
    const ours = await open(anteroom, joinAt(anteroom, '/authorize', 'You are in line'), poll);
    return {
      findings: [
        only('until the last has a page', ours.seconds, 's'),
        only('the same, baseline', baseline.seconds, 's'),
        only('ours ÷ baseline', ours.seconds / baseline.seconds, '×'),
        ...[0.5, 0.99].map((share) => only(`a page, p${100 * share}`, percentile(ours.took, share) / 1000, 's')),
        ...[0.5, 0.99, 1].map((share) =>
          only(`a poll meanwhile, p${100 * share}`, percentile(ours.polls, share), 'ms'),
        ),
      ],
    };
  },
};

const only = (what: string, value: number, unit: string): Finding => ({ what, value: spread([value]), unit });

interface Opened {
  /** From the opening until the last visitor had a page. */
  readonly seconds: number;
  /** How long each visitor waited for the page, in ms. */
  readonly took: readonly number[];
  /** How long the polls took meanwhile, in ms. */
  readonly polls: readonly number[];
}

type Visit = (connection: Connection) => Promise<unknown>;

async function open({ port }: ServerProcess, join: Visit, poll?: Visit): Promise<Opened> {
  const crowd = await openLoop(port, CONNECTIONS);
  const waiting = await openLoop(port, 50);
  const polls: number[] = [];
  let isOver = false;
  const polling = (async () => {
    while (poll && !isOver) polls.push(...(await waiting.run(poisson(POLLS, 1000), poll)));
  })();
  const start = performance.now();
  const took = await crowd.run(curve(), join);
  const seconds = (performance.now() - start) / 1000;
  isOver = true;
  await polling;
  crowd.close();
  waiting.close();
  return { seconds, took, polls };
}

/** When visitors come, in ms. */
function curve(): number[] {
  const rush = Array.from({ length: VISITORS * IN_RUSH }, () => Math.random() * RUSH);
  const tail = Array.from({ length: VISITORS * (1 - IN_RUSH) }, () => RUSH * (1 + Math.random()));
  return [...rush, ...tail].sort((a, b) => a - b);
}
