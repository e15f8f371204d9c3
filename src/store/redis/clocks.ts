import { type Clocks, KNOWN_FOR } from '#waiting-room/ports/clocks.ts';
import { keyScripts } from './key-scripts.ts';
import { CLOCKS } from './keys.ts';
import type { Run } from './script.ts';

/** The skews of all processes, in one hash that Redis drops when no process compares its clock any more. */
export function createClocks(run: Run): Clocks {
  return {
    async compare(process, skew) {
      const reply = await run(
        keyScripts.compareClocks,
        [CLOCKS],
        process,
        skew === null ? '' : Math.round(skew),
        KNOWN_FOR,
      );
      const [time = 0, ...others] = reply;
      return { time, others };
    },
  };
}
