/** A line with an inlet, on a clock that the test moves. */
import { type InletSettings, type Signal, type Step, tickInlet } from '#waiting-room/inlets/index.ts';
import * as pure from '#waiting-room/line/index.ts';
import type { Holder } from '#waiting-room/line/place.ts';
import type { LineRules } from '#waiting-room/line-rules.ts';
import { RULES, T0 } from '../store/contract/room-under-test.ts';

/** The interval of the clock's ticks, in ms. */
export const TICK = 250;

/** The visitor of a number. */
export const holder = (number: number): Holder => ({ generation: 1, number, visitor: `v${number}` });

export function aDoor(inlet: InletSettings, rules: Partial<LineRules> = {}) {
  const line = pure.newLine({ ...RULES, size: inlet.size ?? 0, ...rules });
  const steps: Step[] = [];
  let now = T0;
  let signal: Signal | null = null;

  return {
    line,
    /** The steps of the inlet, one a tick. */
    steps,
    now: () => now,
    setClock(to: number): void {
      now = to;
    },
    signals(latency: number | null, errorRate: number | null = null): void {
      signal = { latency, errorRate, at: now };
    },
    /** Returns the numbers of visitors who were admitted at once. */
    join(count: number): number[] {
      const crowd = Array.from({ length: count }, (_, n) => ({ visitor: `v${line.queue + n + 1}`, claim: true }));
      return (pure.join(line, crowd, now) ?? []).flatMap(({ number, admission }) => (admission ? [number] : []));
    },
    hear(numbers: readonly number[]): void {
      pure.recordHeartbeats(line, { generation: 1, numbers }, now);
    },
    /** One tick. Returns the served numbers for which a place is held, in order. */
    tick(): number[] {
      const from = line.serving;
      const { clock, shifted } = pure.view(line, now);
      const step = tickInlet(inlet, { now: clock, shifted, own: now, state: line.inletState, signal });
      steps.push(step);
      pure.raise(line, { ...(step.raise ?? { people: 0 }), step: { from: line.inletState, to: step.state } }, now);
      return [...line.holding.between(from + 1, line.serving)];
    },
    /** Ticks for so many ms. Returns the served numbers; `each` gets those of each tick. */
    pass(milliseconds: number, each: (served: readonly number[]) => void = () => {}): number[] {
      const all: number[] = [];
      for (const end = now + milliseconds; now < end; now += TICK) {
        const served = this.tick();
        each(served);
        all.push(...served);
      }
      return all;
    },
    claim: (number: number) => pure.claim(line, holder(number), now),
    complete: (number: number) => {
      const completed = [holder(number).visitor];
      pure.reportExits(line, { exited: 0, completed, abandoned: [] }, now);
    },
  };
}
