import { readScenario, type Scenario, type ScenarioInput } from '../../simulate/scenario.ts';

/** The scenario, which is known to be without faults: by default an hour in which one person is served each second. */
export function scenario(input: Partial<ScenarioInput>): Scenario {
  const read = readScenario({
    room: { inlet: { strategy: 'rate', per_minute: 60 } },
    arrivals: [{ at: '0s', people: 100 }],
    ...input,
  });
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.scenario;
}

/** A spread in which everybody is alike. */
export const always = (duration: string) => ({ median: duration, p95: duration });
