import { readScenario, type Scenario, type ScenarioInput } from '../../simulate/scenario.ts';

/** A valid scenario; by default 100 visitors arrive at once and one is served each second. */
export function scenario(input: Partial<ScenarioInput>): Scenario {
  const read = readScenario({
    room: { inlet: { strategy: 'rate', per_minute: 60 } },
    arrivals: [{ at: '0s', people: 100 }],
    ...input,
  });
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.scenario;
}

/** A spread in which everybody takes the same time. */
export const always = (duration: string) => ({ median: duration, p95: duration });
