import { RoomNotFound } from '#waiting-room/errors.ts';
import { type LineStore, lineStoreOf } from '#waiting-room/ports/line.ts';
import { lineKeys } from './keys.ts';
import { lineScripts } from './line-scripts.ts';
import type { Run } from './script.ts';

/** The line in Redis: one script for each verb, so that each is one atomic step and one round trip. */
export function createLineStore(run: Run): LineStore {
  return lineStoreOf(async (room, verb, input, now) => {
    const script = lineScripts[verb];
    const outcome = await run(script, lineKeys(room, script.parts), input, now);
    if (!outcome) throw new RoomNotFound(room);
    return outcome.output;
  });
}
