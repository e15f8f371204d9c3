import { roomOfLine } from './lanes.ts';
import { LINE_VERBS } from './line/verbs.ts';
import type { PublicLineStore } from './ports/line.ts';
import type { RoomId } from './room.ts';

/** What changes nothing in a line but its time. */
const LOOKS: ReadonlySet<string> = new Set(['view', 'viewForMemory', 'place']);

type Call = (line: string, ...args: unknown[]) => Promise<unknown>;

/** The lines, with a call after each step for the room that it was taken in. */
export function watchLine(line: PublicLineStore, stepped: (room: RoomId) => void): PublicLineStore {
  const calls = line as unknown as Readonly<Record<string, Call>>;
  const watched = LINE_VERBS.filter((verb) => !LOOKS.has(verb)).map((verb) => [
    verb,
    async (id: string, ...args: unknown[]) => {
      const output = await calls[verb]?.(id, ...args);
      stepped(roomOfLine(id));
      return output;
    },
  ]);
  return { ...line, ...Object.fromEntries(watched) };
}
