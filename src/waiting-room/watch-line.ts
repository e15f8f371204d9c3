import { type LineId, roomOfLine } from './lanes.ts';
import type { LineView } from './line/counters.ts';
import { LINE_VERBS } from './line/verbs.ts';
import type { PublicLineStore } from './ports/line.ts';
import type { RoomId } from './room.ts';

/** The verbs that are no steps. */
const LOOKS: ReadonlySet<string> = new Set(['view', 'viewForMemory']);

type Call = (line: string, ...args: unknown[]) => Promise<unknown>;

export interface LineWatcher {
  /** Called after each step, with the room that it was taken in. */
  wake(room: RoomId): void;
  /** Called after each view, which changes nothing in a line but its time. */
  viewed(line: LineId, view: LineView): void;
}

/** The same lines. Each call of this process is passed on to the watcher when it is done. */
export function watchLine(line: PublicLineStore, watcher: () => LineWatcher): PublicLineStore {
  const calls = line as unknown as Readonly<Record<string, Call>>;
  const watched = LINE_VERBS.filter((verb) => !LOOKS.has(verb)).map((verb) => [
    verb,
    async (id: string, ...args: unknown[]) => {
      const output = await calls[verb]?.(id, ...args);
      watcher().wake(roomOfLine(id));
      return output;
    },
  ]);
  return {
    ...line,
    ...Object.fromEntries(watched),
    async view(id, at) {
      const view = await line.view(id, at);
      watcher().viewed(id, view);
      return view;
    },
  };
}
