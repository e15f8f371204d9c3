/** Types of /client.js: how a website or an app waits in an Anteroom line by itself. */

export interface Facts {
  readonly state: 'before_start' | 'waiting' | 'paused' | 'served' | 'expired' | 'closed';
  readonly room: string;
  /** Null until the draw. */
  readonly number: number | null;
  readonly serving: number;
  readonly people_ahead: number;
  /** Seconds; null when unknown. */
  readonly estimated_wait: { readonly low: number; readonly high: number } | null;
  readonly poll_after: number;
  readonly heartbeat_after: number;
  /** The operator's words to all who wait. */
  readonly message: string | null;
  readonly updated_at: string;
  /** With `served`: until when the turn may be taken. */
  readonly claim_by?: string;
  /** With `before_start`. */
  readonly starts_at?: string;
  readonly rejoin?: 'by_itself' | 'on_request';
}

/** JWTs of what is left of the admission; `aud` is the room's id. */
export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
}

export interface Options {
  /** Instead of the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** Ends retries. */
  readonly signal?: AbortSignal;
  /** Told when the line cannot be reached, and when it can again. Meanwhile the place is kept. */
  readonly onContact?: (reachable: boolean) => void;
}

export interface Visit {
  /** The secret to keep: with it {@link resume} finds the place again. A rejoin may change it. */
  readonly ticket: string;
  /**
   * The facts now and whenever they may have changed, for as long as somebody iterates: that is what keeps the
   * visitor present. Trouble is waited out; a ticket that is worth nothing any more throws `ticket_invalid`.
   */
  facts(options?: { readonly signal?: AbortSignal }): AsyncGenerator<Facts, void, undefined>;
  /** Takes the turn. Repeatable. Rejects with `not_your_turn`, `turn_missed`, `admission_over` or `room_closed`. */
  claim(): Promise<Tokens>;
  /** After a missed turn. */
  rejoin(): Promise<Facts>;
  /** Gives up the place, or ends the admission. */
  leave(): Promise<void>;
}

/** A refusal. */
export class AnteroomError extends Error {
  /** The problem's stable code, or `unreachable`. */
  readonly code: string;
  /** The HTTP status; 0 when nothing answered. */
  readonly status: number;
  /** Seconds; 0 when not told. */
  readonly retryAfter: number;
}

/** Joins the line of a room, by its URL, such as `https://line.example/rooms/spring-sale`. */
export function join(room: string, options?: Options): Promise<Visit>;

/** Goes on with a ticket that was kept. */
export function resume(room: string, ticket: string, options?: Options): Visit;
