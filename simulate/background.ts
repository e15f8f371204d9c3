/** A simulation beside a running service: on a thread of its own, bounded in people, memory and time. */
import { Worker } from 'node:worker_threads';
import type { Scenario } from './scenario.ts';
import type { Outcome } from './tally.ts';

/** A sale of so many takes seconds. For larger ones there is `npm run simulate`. */
export const MOST_PEOPLE = 50_000;
export const LONGEST = 12 * 60 * 60_000;
/** In ms of real time. */
const PATIENCE = 20_000;
const MOST_MEGABYTES = 256;

/** Why there is no outcome: another one runs in this process, or this one was stopped at its bounds. */
export type NoOutcome = 'busy' | 'too_long';

export type SimulateInBackground = (scenario: Scenario) => Promise<Outcome | NoOutcome>;

/** One at a time: a second thread would take the time of the service. */
export function createSimulateInBackground(patience: number = PATIENCE): SimulateInBackground {
  let isRunning = false;
  return async (scenario) => {
    if (isRunning) return 'busy';
    isRunning = true;
    try {
      return await runOnThread(scenario, patience);
    } finally {
      isRunning = false;
    }
  };
}

function runOnThread(scenario: Scenario, patience: number): Promise<Outcome | NoOutcome> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: scenario,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
  });
  return new Promise<Outcome | NoOutcome>((resolve, reject) => {
    const timer = setTimeout(() => resolve('too_long'), patience);
    timer.unref();
    worker.once('message', resolve);
    worker.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? resolve('too_long') : reject(error),
    );
  }).finally(() => worker.terminate());
}

/** How many people a scenario brings: those of its crowds, and those below its curve. */
export function peopleOf(arrivals: Scenario['arrivals']): number {
  const crowds = arrivals.reduce((sum, { people = 0 }) => sum + people, 0);
  const curve = arrivals
    .flatMap(({ at, per_minute }) => (per_minute === undefined ? [] : [{ at, per_minute }]))
    .sort((one, other) => one.at - other.at);
  return curve.reduce((sum, point, index) => {
    const next = curve[index + 1];
    return next ? sum + ((point.per_minute + next.per_minute) / 2) * ((next.at - point.at) / 60_000) : sum;
  }, crowds);
}
