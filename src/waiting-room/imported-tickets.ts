import { memoizeRecent } from './memoize-recent.ts';
import type { ImportedPlaces } from './ports/imported-places.ts';
import type { RoomId } from './room.ts';
import type { Snapshot } from './snapshots.ts';
import type { Ticket } from './ticket.ts';

/** The tickets of visitors whose ids another waiting room gave. */
export interface ImportedTickets {
  /** Null for an id that is none of them. */
  find(snapshot: Snapshot, id: string): Promise<Ticket | null>;
}

export interface ImportedTicketsDeps {
  readonly places: Pick<ImportedPlaces, 'find' | 'exist'>;
  readonly now: () => number;
}

/** Tickets in memory, at least. */
const KNOWN = 20_000;
/** How long a line without imported places is taken to have none, in ms. */
const LOOK_AFTER = 1000;

export function createImportedTickets({ places, now }: ImportedTicketsDeps): ImportedTickets {
  const known = memoizeRecent<Ticket>(() => null, KNOWN);
  /** Of each room: the line that was looked at, when, and whether it has places. */
  const looked = new Map<RoomId, { readonly line: string; readonly at: number; readonly has: boolean }>();

  /** Anybody may ask for any id, so a line without imported places is not asked. */
  async function hasPlaces({ settings: { id }, view: { incarnation, generation } }: Snapshot): Promise<boolean> {
    const line = `${incarnation} ${generation}`;
    const last = looked.get(id);
    const isNew = last && last.line === line && (last.has || Math.abs(now() - last.at) < LOOK_AFTER);
    if (isNew) return last.has;
    const has = await places.exist({ room: id, incarnation, generation });
    looked.set(id, { line, at: now(), has });
    return has;
  }

  return {
    async find(snapshot, id) {
      const { settings, view } = snapshot;
      const line = { room: settings.id, incarnation: view.incarnation, generation: view.generation };
      const key = `${line.room} ${line.incarnation} ${line.generation} ${id}`;
      const before = known.get(key);
      if (before) return before;
      const place = (await hasPlaces(snapshot)) ? await places.find(line, id) : null;
      if (!place) return null;
      const ticket: Ticket = {
        ...{ ...line, visitor: id, number: place.number, joinedAt: place.enteredAt * 1000 },
        ...{ entry: null, predicted: null, standing: 'proven' },
      };
      known.set(key, ticket);
      return ticket;
    },
  };
}
