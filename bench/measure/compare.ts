/** Measures two servers in turn, in several rounds, so that other load on the machine affects both. */
import type { ServerProcess } from '../server.ts';
import type { Spread } from './spread.ts';
import { spread } from './spread.ts';

export interface Sample {
  readonly operations: number;
  readonly seconds: number;
}

export interface Contestant {
  readonly server: ServerProcess;
  /** Loads the server for a few seconds. */
  run(): Promise<Sample>;
}

export interface Comparison {
  /** Operations per second. */
  readonly baseline: Spread;
  readonly ours: Spread;
  /** Ours ÷ baseline, round by round. */
  readonly ratio: Spread;
  /** The same for operations per second of the server's processor time. */
  readonly cpu_ratio: Spread;
}

export interface CompareOptions {
  readonly baseline: Contestant;
  readonly ours: Contestant;
  readonly rounds: number;
}

/** Rounds that don't count: V8 compiles hot code gradually. */
const WARM_UP = 2;

/** Every other round starts with the other server. */
export async function compare({ baseline, ours, rounds }: CompareOptions): Promise<Comparison> {
  const measured: { baseline: Rates; ours: Rates }[] = [];
  for (let round = 0; round < WARM_UP + rounds; round++) {
    const first = round % 2 === 0 ? await rates(baseline) : undefined;
    const our = await rates(ours);
    const base = first ?? (await rates(baseline));
    if (round >= WARM_UP) measured.push({ baseline: base, ours: our });
  }
  return {
    baseline: spread(measured.map((round) => round.baseline.wall)),
    ours: spread(measured.map((round) => round.ours.wall)),
    ratio: spread(measured.map((round) => round.ours.wall / round.baseline.wall)),
    cpu_ratio: spread(measured.map((round) => round.ours.cpu / round.baseline.cpu)),
  };
}

interface Rates {
  readonly wall: number;
  readonly cpu: number;
}

async function rates({ server, run }: Contestant): Promise<Rates> {
  const before = await server.cpuSeconds();
  const { operations, seconds } = await run();
  const spent = (await server.cpuSeconds()) - before;
  return { wall: operations / seconds, cpu: operations / spent };
}
