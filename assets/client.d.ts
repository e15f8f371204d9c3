/** Types of `/client.js`: how a website or an app waits in an Anteroom line without redirects. */

export interface Facts {
  readonly state: 'before_start' | 'waiting' | 'paused' | 'served' | 'expired' | 'closed';
  /** With `closed`, if the operator said why. */
  readonly closed_reason?: 'sold_out' | 'ended' | 'maintenance';
  readonly room: string;
  /** In a room with lanes: the visitor's, or `default`. Numbers, and people ahead, are of this lane. */
  readonly lane?: string;
  /** Null until the draw. */
  readonly number: number | null;
  /** With a number: what the visitor reads out to a support desk beside it. */
  readonly support_code?: string;
  readonly serving: number;
  readonly people_ahead: number;
  /** How many people were ahead when the number was given: progress is 1 − people_ahead ÷ people_ahead_at_join. */
  readonly people_ahead_at_join?: number;
  /** Seconds; null when unknown. */
  readonly estimated_wait: { readonly low: number; readonly high: number } | null;
  /** Seconds until the next look at the shared status. */
  readonly poll_after: number;
  /** Seconds until the next heartbeat is due. */
  readonly heartbeat_after: number;
  /** In a room with a stock: what is left to sell. */
  readonly stock?: number | undefined;
  /** The operator's message to everyone who waits. */
  readonly message: string | null;
  /** With a message in several languages: changes with it. */
  readonly message_id?: string | undefined;
  readonly updated_at: string;
  /** Whether the visitor brought a proof. {@link Visit.facts} does so by itself. */
  readonly proven: boolean;
  /** The URL of a challenge, while the room asks for a proof. */
  readonly challenge?: string;
  /** With `served`: the end of the claim window. */
  readonly claim_by?: string;
  /** With `claim_by`: the time stands still while the room is paused. */
  readonly time_stopped?: true;
  /** With `served`, until the claim: whether the visitor took more time. */
  readonly extended?: boolean;
  /** With `before_start`. */
  readonly starts_at?: string;
  /** With `before_start`: when the event was to start, if its start has moved. */
  readonly moved_from?: string;
  /** With `expired`: the event that the visitor waited for was cancelled. */
  readonly event_cancelled?: true;
  /** With `expired`: whether {@link Visit.facts} rejoins by itself or leaves it to the visitor. */
  readonly rejoin?: 'by_itself' | 'on_request';
}

/** JWTs that are valid for what is left of the admission. Their `aud` is the room's id. */
export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
}

export interface Options {
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** A signed pass of the visitor, for rooms with `passes`. The same pass has the same place in any browser. */
  readonly pass?: string;
  /** {@link Visit.former} of an earlier visit. */
  readonly former?: string | null;
  /** Stops retries. */
  readonly signal?: AbortSignal;
  /** Called when Anteroom cannot be reached, and when it can again. The visitor keeps their place meanwhile. */
  readonly onContact?: (reachable: boolean) => void;
}

export interface Visit {
  /** A secret. Store it: {@link resume} finds the place again with it. It may change when the visitor rejoins, proves or claims; the one before finds the place too. */
  readonly ticket: string;
  /**
   * The ticket before the last {@link rejoin}, or null. Store it beside `ticket`: if the line was reset and the reset is
   * undone, {@link facts} goes on with it.
   */
  readonly former: string | null;
  /**
   * Yields the facts now and each time they may have changed. Iterating is what keeps the visitor present. Temporary
   * errors are waited out. A ticket that is no longer valid, as the line was reset, throws `ticket_invalid`: {@link rejoin}.
   */
  facts(options?: { readonly signal?: AbortSignal }): AsyncGenerator<Facts, void, undefined>;
  /** Takes the turn. May be repeated. Rejects with `not_your_turn`, `turn_missed`, `admission_over`,
   * `room_closed`, or `admission_in_use` where copies of an earlier ticket claimed too often. */
  claim(): Promise<Tokens>;
  /** Rejoins the line after a missed turn, or after a reset. */
  rejoin(): Promise<Facts>;
  /** Leaves the line, or ends the admission. The visitor loses their place. */
  leave(): Promise<void>;
}

/** A challenge of ALTCHA version 2, as `GET /rooms/{room}/challenge` answers it. Resolves with the proof. */
export function solve(challenge: {
  readonly parameters: {
    readonly cost: number;
    readonly keyPrefix: string;
    readonly nonce: string;
    readonly salt: string;
  };
}): Promise<string>;

export class AnteroomError extends Error {
  /** The problem's stable code, or `unreachable`. */
  readonly code: string;
  /** The HTTP status; 0 without an answer. */
  readonly status: number;
  /** Seconds; 0 if the server did not say. */
  readonly retryAfter: number;
}

/** Joins the line of a room, given by its URL, such as `https://line.example/rooms/spring-sale`. */
export function join(room: string, options?: Options): Promise<Visit>;

/** Continues with the ticket of an earlier visit. */
export function resume(room: string, ticket: string, options?: Options): Visit;
