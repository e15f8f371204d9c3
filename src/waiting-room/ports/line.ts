import type { Admission } from '../line/admission.ts';
import type { Exits, ExitsResult } from '../line/admissions.ts';
import type { Counters, LineView } from '../line/counters.ts';
import type { DrawOpening, DrawResult, Entry } from '../line/draw.ts';
import type { Entrant, Joined } from '../line/joins.ts';
import type { NoteName } from '../line/line.ts';
import type { Holder, Place } from '../line/place.ts';
import type { InletStep, Raise, Raised } from '../line/serving.ts';
import type { LineRules, RoomId } from '../room.ts';
import type { VisitorId } from '../visitor.ts';

/** The lines of all rooms. Each verb is one atomic step, also against other processes on the same store. */
export interface LineStore {
  /** Makes the line, or changes its rules; counters are not touched. */
  configure(room: RoomId, rules: LineRules, now: number): Promise<void>;
  /** Gives numbers in the order of `entrants`, or null where the room is closed. */
  join(room: RoomId, entrants: readonly Entrant[], now: number): Promise<readonly Joined[] | null>;
  /** Where a holder stands, without changing anything. */
  place(room: RoomId, holder: Holder, now: number): Promise<Place>;
  /** Takes the turn if it has come: idempotent, a repeat gives the same admission and is counted once. */
  claim(room: RoomId, holder: Holder, now: number): Promise<Place>;
  /** After a missed turn: to the front of the line, number kept; or straight to served when there is room. */
  rejoin(room: RoomId, holder: Holder, now: number): Promise<Place>;
  /** Leaves the line or ends the admission. Repeatable. */
  leave(room: RoomId, holder: Holder, now: number): Promise<void>;
  /** The live admission of a visitor, if there is one. */
  admission(room: RoomId, visitor: VisitorId, now: number): Promise<Admission | null>;
  /** Starts the lifetime of a live admission anew; null where there is none. */
  renew(room: RoomId, visitor: VisitorId, now: number): Promise<Admission | null>;
  /** These numbers were heard from. Numbers of another generation are ignored. */
  heard(room: RoomId, generation: number, numbers: readonly number[], now: number): Promise<void>;
  /** These entrants of the open draw were heard from; of any other draw, ignored. */
  heardEntrants(room: RoomId, generation: number, draw: number, indexes: readonly number[], now: number): Promise<void>;
  /** An entrant does not want to be drawn: not present any more. */
  withdraw(room: RoomId, generation: number, entry: Entry, now: number): Promise<void>;
  /**
   * Announces the draw of an event: its seed is settled, and from `opensAt` on who joins becomes an entrant. An event
   * is drawn once a generation, one draw at a time. Again for the same event, before anybody came: only when it opens
   * and its order change.
   */
  announceDraw(room: RoomId, opening: DrawOpening, now: number): Promise<void>;
  /** Takes back the draw of an event, as long as nobody came. */
  withdrawDraw(room: RoomId, event: string, now: number): Promise<void>;
  /** Draws the draw of this event, open or not: those present get their numbers, in one step. Does nothing otherwise. */
  draw(room: RoomId, event: string, now: number): Promise<void>;
  /** Null for a draw of this generation that is not done. */
  drawResult(room: RoomId, generation: number, draw: number): Promise<DrawResult | null>;
  alarm(room: RoomId, on: boolean, now: number): Promise<void>;
  note(room: RoomId, name: NoteName, value: string): Promise<void>;
  /** Adds to how many predicted waits came true. */
  predicted(room: RoomId, within: number, outside: number): Promise<void>;
  /** Expires what is due, then raises the serving counter, never past the room's size. */
  raise(room: RoomId, by: Raise, now: number, step?: InletStep): Promise<Raised>;
  exits(room: RoomId, exits: Exits, now: number): Promise<ExitsResult>;
  /** A new generation: all counters 0, all tickets and admissions void. */
  reset(room: RoomId, now: number): Promise<Counters>;
  view(room: RoomId, now: number): Promise<LineView>;
}
