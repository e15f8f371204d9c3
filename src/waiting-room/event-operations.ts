import { EventNotFound, EventStarted } from './errors.ts';
import { inLane, type Lane, lanesOf } from './lanes.ts';
import type { OperationsContext } from './operations-context.ts';
import type { Stored } from './ports/revision.ts';
import type { RoomEvent, RoomId, RoomSettings } from './room.ts';
import type { RoomOperations } from './room-operations.ts';
import type { Precondition } from './settings-change.ts';

/** What happens to the entrants of an event that is cancelled: they get numbers, or none at all. */
export type EntrantsOfCancelled = 'draw' | 'release';

/** What operators do with an event that visitors may wait for. Rejects with EventNotFound and EventStarted. */
export interface EventOperations {
  /**
   * Moves the start. Entrants keep their places, and their page shows the old and the new start.
   *
   * @param accept throws to refuse the new start.
   */
  postponeEvent(
    room: RoomId,
    event: string,
    start: number,
    accept: (settings: RoomSettings, event: RoomEvent) => void,
    precondition?: Precondition,
  ): Promise<Stored<RoomSettings>>;
  /**
   * Ends the draw of the event, then removes the event. Repeatable until the event is removed. With `draw`, if an entrant
   * is absent, the draw schedule draws once the heartbeats on their way have come.
   */
  cancelEvent(
    room: RoomId,
    event: string,
    entrants: EntrantsOfCancelled,
    precondition?: Precondition,
  ): Promise<Stored<RoomSettings>>;
}

export function createEventOperations(context: OperationsContext, rooms: RoomOperations): EventOperations {
  const { store, now, emit, by, audit } = context;
  const { line } = store;

  function upcomingEvent({ id: room, events }: RoomSettings, id: string): RoomEvent {
    const event = events.find((each) => each.id === id);
    if (!event) throw new EventNotFound(room, id);
    if (now() >= event.start) throw new EventStarted(id);
    return event;
  }

  /** A draw without entrants is only withdrawn, so that a later event may have the same id. */
  async function endDraw({ name, line: id }: Lane, room: RoomId, event: string, entrants: EntrantsOfCancelled) {
    await line.withdrawDraw(id, event, now());
    if (entrants === 'release') return line.releaseDraw(id, event, now());
    const { counters, draws, entrantsPresent } = await line.view(id, now());
    const open = draws.find((each) => each.event === event && each.drawnAt === null);
    if (open && entrantsPresent < open.arrivals) return;
    const from = counters.serving;
    await line.draw(id, event, now());
    const to = (await line.view(id, now())).counters.serving;
    if (from !== to) emit('counter.raised', { room, ...inLane(name), by, from, to });
  }

  return {
    async postponeEvent(room, id, start, accept, precondition) {
      let from = start;
      const change = (settings: RoomSettings): RoomSettings => {
        const event = upcomingEvent(settings, id);
        from = event.start;
        accept(settings, event);
        return { ...settings, events: settings.events.map((each) => (each.id === id ? { ...each, start } : each)) };
      };
      const changed = await rooms.changeRoom(room, change, precondition);
      audit('event.postponed', room, { event: id, from: iso(from), to: iso(start) });
      return changed;
    },
    async cancelEvent(room, id, entrants, precondition) {
      const { value, revision } = await rooms.storedRoom(room);
      precondition?.(revision);
      upcomingEvent(value, id);
      await Promise.all(lanesOf(value).map((lane) => endDraw(lane, room, id, entrants)));
      const without = (settings: RoomSettings) => ({
        ...settings,
        events: settings.events.filter((event) => event.id !== id),
      });
      // The draw has ended, or ends soon: nobody can undo this.
      const changed = await rooms.changeRoom(room, without, undefined, { isUndoable: false, cancelled: id });
      audit('event.cancelled', room, { event: id, entrants });
      return changed;
    },
  };
}

const iso = (at: number) => new Date(at).toISOString();
