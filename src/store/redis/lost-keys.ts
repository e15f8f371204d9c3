/**
 * Restores keys of a line that Redis lost while it kept the others, as a Redis that evicts keys does. The scripts that give
 * places, and those that look at a line for a process, notice it and change nothing. scripts/restore-keys.lua says what
 * is restored.
 */
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { RunLine } from './fence.ts';
import { libsOf, lineScript } from './line-script.ts';
import * as replies from './replies.ts';
import { KeysLost } from './replies.ts';

/** Restores the keys that a line lost. Returns names of keys one of which was lost. */
export const restoreKeysScript = lineScript<null, readonly string[]>(
  'restore-keys',
  (_, now) => [now],
  ({ rest }) => rest.map(replies.text),
  { libs: libsOf('unconfirmed', 'serving', 'lost-keys') },
);

/** Called with names of keys of a room's line, one of which was lost. */
export type OnKeysLost = (room: RoomId, keys: readonly string[]) => void;

export function createRestoringRunLine(run: RunLine, onKeysLost: OnKeysLost): RunLine {
  return async (room, script, input, now) => {
    try {
      return await run(room, script, input, now);
    } catch (error) {
      if (!(error instanceof KeysLost)) throw error;
      const restored = await run(room, restoreKeysScript, null, now);
      // Another process may have been first.
      if (restored && restored.output.length > 0) onKeysLost(room, restored.output);
      return run(room, script, input, now).catch((again: unknown) => {
        throw again instanceof KeysLost ? new StoreUnavailable(again) : again;
      });
    }
  };
}
