import { Cluster } from 'ioredis';
import type { LineMark, LineMarks } from '#waiting-room/ports/line-marks.ts';
import type { RedisClient } from './client.ts';
import { lineKey, lineOfKey } from './keys.ts';
import { integer, list, text } from './replies.ts';
import type { Run, Script } from './script.ts';
import type { WatchedKeys } from './write-watch.ts';

/** So many lines are looked at in one step, which others wait for. */
const BATCH = 250;

const lineMarksScript: Script<[], readonly string[]> = {
  name: 'line-marks',
  libs: [],
  keys: 'any',
  args: () => [],
  parse: (reply) => list(reply).map(text),
};

/** One command for many lines; in a cluster, where their keys are on different nodes, one for each. */
export function createLineMarks(client: RedisClient, run: Run, watched: WatchedKeys): LineMarks {
  const most = client instanceof Cluster ? 1 : BATCH;

  async function marksOf(keys: readonly string[]): Promise<readonly string[]> {
    await watched.watch(keys);
    return run(lineMarksScript, keys);
  }

  return {
    async read(lines) {
      const keys = lines.map((line) => lineKey(line, 'line'));
      const batches = Array.from({ length: Math.ceil(keys.length / most) }, (_, n) =>
        marksOf(keys.slice(n * most, (n + 1) * most)),
      );
      return (await Promise.all(batches)).flat().map(markOf);
    },
    async changed() {
      return new Set([...(await watched.written())].map(lineOfKey));
    },
  };
}

function markOf(mark: string): LineMark | null {
  if (mark === '') return null;
  const [generation, clock, queue, arrivals, incarnation = ''] = mark.split(':');
  return {
    incarnation,
    generation: integer(generation),
    clock: integer(clock),
    queue: integer(queue),
    arrivals: integer(arrivals),
  };
}
