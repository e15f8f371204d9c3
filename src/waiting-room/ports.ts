/**
 * What the waiting room needs of a store. Each verb of {@link LineStore} is one atomic step, also against other
 * processes on the same store; `test/store/line.contract.ts` says what every adapter has to do, and the pure
 * `line.ts` is the model they are compared with.
 *
 * Times are milliseconds since the epoch, always given by the caller: a store has no clock of its own.
 * Every method rejects with `StoreUnavailable` when the store does not answer.
 */
import type { RelyingParty } from './relying-party.ts';
import type { LineRules, RoomId, RoomSettings } from './room.ts';

/** A random id of one browser or app; the OpenID Connect `sub`. */
export type VisitorId = string;

/** Who holds which number in which generation of a room: what a ticket proves. */
export interface Holder {
  readonly generation: number;
  readonly number: number;
  readonly visitor: VisitorId;
}

/** The time-limited right to be inside. */
export interface Admission {
  readonly visitor: VisitorId;
  readonly number: number;
  readonly generation: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Somebody who joins; with `claim` a free place is taken at once, if there is one. */
export interface Entrant {
  readonly visitor: VisitorId;
  readonly claim: boolean;
}

/** A place among those who came before the start of an event: no number until the draw. */
export interface Entry {
  /** Which draw of this generation, from 1. */
  readonly draw: number;
  /** In order of arrival, from 0. */
  readonly index: number;
}

export interface Joined {
  readonly generation: number;
  /** 0 for an entrant of a draw. */
  readonly number: number;
  /** Set where a draw is open. */
  readonly entry: Entry | null;
  /** Present when the newcomer asked for it and found a credit. */
  readonly admission: Admission | null;
}

export type DrawOrder = 'draw' | 'arrival';

/** What is decided before a draw opens, and with it before the first entrant. */
export interface DrawOpening {
  /** The event's id; an event is drawn once a generation. */
  readonly event: string;
  readonly order: DrawOrder;
  /** 32 bytes, base64url. A secret until the draw. */
  readonly seed: string;
  /** SHA-256 of the seed's bytes, hexadecimal. */
  readonly seedHash: string;
  /** From when on who joins is an entrant. */
  readonly opensAt: number;
}

/** One draw of a room: announced, open (from `opensAt` on) or done. */
export interface DrawRecord {
  readonly draw: number;
  readonly event: string;
  readonly order: DrawOrder;
  readonly seedHash: string;
  readonly committedAt: number;
  readonly opensAt: number;
  /** Who came so far. */
  readonly arrivals: number;
  /** The three below are null until the draw. */
  readonly seed: string | null;
  readonly drawnAt: number | null;
  /** Those who were there at the draw, who share the numbers `base` + 1 … `base` + `entrants`. */
  readonly entrants: number | null;
  readonly base: number;
}

/** A draw that is done, with who was there: a bit an entrant by arrival index, most significant bit first. */
export interface DrawResult {
  readonly record: DrawRecord;
  readonly there: Uint8Array;
}

/** Where a holder stands. */
export type Place =
  /** The ticket is of an older generation of the room, or carries a number nobody was given. */
  | { readonly state: 'stale' }
  | { readonly state: 'waiting' }
  /** Missed the turn and came back to the front; waits for the next free place. */
  | { readonly state: 'returned' }
  | { readonly state: 'served'; readonly claimBy: number }
  | { readonly state: 'admitted'; readonly admission: Admission; readonly first: boolean }
  /** The claim window passed, or the number was passed over while its holder was away. May rejoin. */
  | { readonly state: 'missed'; readonly away: boolean }
  /** Left the line, or the admission is over. The number is used up. */
  | { readonly state: 'over' };

/** The contract's counters, exactly. */
export interface Counters {
  readonly queue: number;
  readonly serving: number;
  readonly waiting: number;
  readonly present: number;
  readonly claimed: number;
  readonly active: number;
  readonly completed: number;
  readonly abandoned: number;
  readonly expired: number;
}

/** Everything a process needs to answer polls for a second without asking the store. */
export interface LineView {
  readonly generation: number;
  readonly counters: Counters;
  readonly mode: LineRules['mode'];
  /** Places held for the served who have not claimed yet. */
  readonly held: number;
  /**
   * Who is present among the unserved: a bit a number, most significant bit first; bit 0 of byte 0 is number
   * `presentFrom`, a multiple of 8, at or below `serving`. Bits of numbers at or below `serving` mean nothing.
   * May end early: bits that are not there are 0.
   */
  readonly present: Uint8Array;
  readonly presentFrom: number;
  /** Turns that came, ever: places held for somebody. Its rate is how fast the line moves. */
  readonly turns: number;
  /** Whether the breaker is on: no inlet raises the counter. */
  readonly alarm: boolean;
  /** What the inlet keeps between its ticks; empty at first. */
  readonly inletState: string;
  readonly notes: Readonly<Record<NoteName, string>>;
  /** The draws of this generation, in order; all but the last are done. */
  readonly draws: readonly DrawRecord[];
  /** Entrants of the open draw who are present. */
  readonly entrantsPresent: number;
  /** Predicted waits that came true, and that did not. */
  readonly predictions: { readonly within: number; readonly outside: number };
}

/**
 * Small things that processes share through the line: `signal`, how the origin does; `meter`, how fast the line
 * moved; `told`, up to where its story was told. What they hold is JSON of those who write them; empty at first.
 */
export type NoteName = 'signal' | 'meter' | 'told';

/** How far to raise the serving counter: over so many numbers, over so many present people, or as many as fit. */
export type Raise =
  | { readonly numbers: number }
  /** With `credits`, at most so many places stand open for newcomers when the line is shorter than that. */
  | { readonly people: number; readonly credits?: number | undefined };

/**
 * An inlet's tick: the raise happens only if the breaker is off and the inlet's state is still `from`; then the
 * state is `to`. So of two processes that tick at once one does nothing.
 */
export interface InletStep {
  readonly from: string;
  readonly to: string;
}

export interface Raised {
  /** By how much the serving counter changed; negative when it was lowered. */
  readonly raisedBy: number;
  /** False where the step of an inlet was not taken. */
  readonly applied: boolean;
  readonly counters: Counters;
}

export interface Exits {
  /** So many left, nobody knows who. */
  readonly exited: number;
  readonly completed: readonly VisitorId[];
  readonly abandoned: readonly VisitorId[];
}

export interface ExitsResult {
  /** Subs without a live admission: unknown, or told before. Not counted. */
  readonly unknown: number;
  /** Whose admissions ended by this, each once. */
  readonly ended: readonly VisitorId[];
  readonly counters: Counters;
}

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

/** Rooms and relying parties: small, read often, written by operators. */
export interface SettingsStore {
  rooms(): Promise<readonly RoomSettings[]>;
  room(id: RoomId): Promise<RoomSettings | null>;
  putRoom(settings: RoomSettings): Promise<void>;
  /** Takes the room with its line; whether there was one. */
  deleteRoom(id: RoomId): Promise<boolean>;
  relyingParties(): Promise<readonly RelyingParty[]>;
  relyingParty(clientId: string): Promise<RelyingParty | null>;
  putRelyingParty(party: RelyingParty): Promise<void>;
  deleteRelyingParty(clientId: string): Promise<boolean>;
}

/** Leases and remembered answers: what several processes have to agree on besides the line. */
export interface CoordinationStore {
  /** Whether `holder` has the lease now: taken when free, prolonged when its own. */
  lease(name: string, holder: string, ttl: number): Promise<boolean>;
  release(name: string, holder: string): Promise<void>;
  /**
   * Remembers `value` under `key` for `ttl` ms unless something is remembered there.
   * Null when it was free; otherwise what was remembered first.
   */
  remember(key: string, value: string, ttl: number): Promise<string | null>;
  /** Replaces what is remembered, for `ttl` ms from now; does nothing where nothing is. */
  amend(key: string, value: string, ttl: number): Promise<void>;
  forget(key: string): Promise<void>;
}

/** An entry of a list, by its place in it. */
export interface ListEntry {
  readonly id: string;
  readonly entry: string;
}

/** What is on its way out: the oldest goes first, and stays until it is acknowledged. */
export interface OutboxStore {
  /**
   * Puts entries at the end, in this order. There is room for {@link OUTBOX_ROOM}: beyond that the oldest fall out.
   * How many did.
   */
  append(entries: readonly string[]): Promise<number>;
  /** The oldest, oldest first. */
  read(max: number): Promise<readonly ListEntry[]>;
  /** These have arrived. Ids that are gone are ignored. */
  acknowledge(ids: readonly string[]): Promise<void>;
}

export const OUTBOX_ROOM = 100_000;

/** What operators did, the last {@link AUDIT_ROOM} of it. */
export interface AuditStore {
  append(entries: readonly string[]): Promise<void>;
  /** The newest, newest first. */
  newest(max: number): Promise<readonly string[]>;
}

export const AUDIT_ROOM = 10_000;

/** A login at a relying party that wants to be told when it ends. */
export interface Login {
  readonly room: RoomId;
  readonly visitor: VisitorId;
  /** Of the provider's session (OpenID Connect Back-Channel Logout 1.0 §2.1); null where the relying party needs none. */
  readonly sid: string | null;
}

/** A login whose end is due. */
export interface EndedLogin extends Login {
  /** When it was first taken. */
  readonly since: number;
  /** Until when nobody else gets it. */
  readonly heldUntil: number;
}

/**
 * Logins whose end relying parties have to be told, each a queue of its own: one that is slow delays no other. What
 * nobody took for {@link LOGOUT_KEPT} after it was due is gone.
 */
export interface LogoutStore {
  /** The end of this login is due at `at`. There is one a room and visitor: the newest replaces what was before. */
  expect(clientId: string, login: Login, at: number, now: number): Promise<void>;
  /** The logins of these visitors are due at `at`, if they were not before. */
  hasten(clientId: string, room: RoomId, visitors: readonly VisitorId[], at: number): Promise<void>;
  /** So are all of the room. */
  hastenRoom(clientId: string, room: RoomId, at: number): Promise<void>;
  /** Takes at most `max` that are due, longest first. Each is due again at `heldUntil`, whatever becomes of the taker. */
  take(clientId: string, max: number, now: number, heldUntil: number): Promise<readonly EndedLogin[]>;
  /** It goes on, until `at`, as if it had not been due. Ignored, like the next two, where it is held no more. */
  prolong(clientId: string, login: EndedLogin, at: number, now: number): Promise<void>;
  /** Due again at `at`. */
  postpone(clientId: string, login: EndedLogin, at: number): Promise<void>;
  /** Told, or given up. */
  settle(clientId: string, login: EndedLogin): Promise<void>;
  /** Nobody is to be told any more. */
  forget(clientId: string): Promise<void>;
}

/** A day, in ms. */
export const LOGOUT_KEPT = 24 * 60 * 60 * 1000;

/** What oidc-provider keeps: the shape of its Adapter, of one model. */
export interface OidcRecord {
  readonly [claim: string]: unknown;
}

export interface OidcStore {
  upsert(model: string, id: string, payload: OidcRecord, expiresIn: number | undefined): Promise<void>;
  find(model: string, id: string): Promise<OidcRecord | undefined>;
  findByUid(model: string, uid: string): Promise<OidcRecord | undefined>;
  /** Marks as used: `consumed` is set to the time in seconds. False when it was used already, or is gone. */
  consume(model: string, id: string, now: number): Promise<boolean>;
  destroy(model: string, id: string): Promise<void>;
  revokeByGrantId(grantId: string): Promise<void>;
}

/** A store as a whole. */
export interface Store {
  readonly line: LineStore;
  readonly settings: SettingsStore;
  readonly coordination: CoordinationStore;
  readonly oidc: OidcStore;
  readonly outbox: OutboxStore;
  readonly audit: AuditStore;
  readonly logouts: LogoutStore;
  /** Resolves when the store answers, rejects with StoreUnavailable when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
