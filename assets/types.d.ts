/** Types of the browser scripts' internals. Browsers never load this file. */
import type { AnteroomError, Facts, join, Options, resume, Visit } from './client.d.ts';

export type { Facts, Options, Visit };
export type Range = NonNullable<Facts['estimated_wait']>;
export type ShownFacts = Pick<
  Facts,
  'people_ahead' | 'estimated_wait' | 'message' | 'message_id' | 'updated_at' | 'stock'
>;
/** What the page says of a message that its visitor asked for. */
export type NoticeNews = 'later' | 'sent' | 'early' | 'failed';
/** The facts that the waiting page gets. */
export type OwnFacts = Facts & { readonly notice?: NoticeNews | null };
/** ISO 8601, by the server's clock. */
export type Times = { readonly [Name in 'claim_by' | 'starts_at' | 'moved_from' | 'updated_at']?: string | undefined };

/** A point of the curve that all visitors of a room share: a number, and the people ahead of it. */
export type Point = readonly [number: number, peopleAhead: number];
/** How many people a minute go in, measured: the slower end of the range first. */
export type PerMinute = readonly [slow: number, fast: number];

/** What the shared status says of a lane, or of a room without lanes. */
export interface LaneStatus {
  readonly serving: number;
  readonly ahead: readonly Point[];
  readonly per_minute: PerMinute | null;
}

/** What `GET /rooms/{room}/status` answers. */
export interface SharedStatus extends LaneStatus {
  readonly mode: 'queue' | 'passthrough' | 'paused' | 'closed';
  readonly closed_reason?: Facts['closed_reason'];
  readonly poll_after: number;
  readonly message: string | null;
  readonly message_id?: string;
  readonly updated_at: string;
  readonly stock?: number;
  /** Until the draw of an event, or its start. */
  readonly starts_at?: string;
  /** By name, in a room with lanes. */
  readonly lanes?: Readonly<Record<string, LaneStatus>>;
}

/** A challenge of ALTCHA version 2, as far as it is solved here. */
export interface Challenge {
  readonly parameters: {
    readonly cost: number;
    /** Hexadecimal. */
    readonly keyPrefix: string;
    readonly nonce: string;
    readonly salt: string;
  };
}
/** A provider's widget, instead of a challenge to solve. */
export interface Widget {
  readonly provider: string;
  readonly site_key: string;
  readonly script: string;
  readonly class_name: string;
  readonly field: string;
}
/** Returns the proof. */
export type Solve = (challenge: Challenge) => Promise<string>;
export type SolveAside = Solve;
/** Joins the line, with a proof if one is asked for. */
export type Enter = (call: Call, options: Options, proof?: string, tries?: number) => Promise<TicketFacts>;

/** What joining and rejoining answer. */
export type TicketFacts = Facts & { readonly ticket: string };

export type Join = typeof join;
export type Resume = typeof resume;
/** Calls the API of one room. Throws an AnteroomError. */
export type Call = <Answer>(method: string, path: string, ticket?: string, body?: object) => Promise<Answer>;
/** Calls the API about the visitor's own ticket. */
export type CallOwn = <Answer>(method: string, path?: string) => Promise<Answer>;
/** Notes that a ticket is of another line. */
export type Refuse = (error: AnteroomError) => never;
export type FetchFormer = (error: AnteroomError) => Promise<Facts>;
export type CreateCall = (room: string, options: Options) => Call;
export type CreateVisit = (room: string, options: Options, ticket: string, known: Facts | null) => Visit;
/** Tries again while errors are temporary. */
export type Retry = <Answer>(call: Call, options: Options, ...request: Parameters<Call>) => Promise<Answer>;
/** The facts brought up to date; null where the shared status does not say enough. */
export type ToFacts = (last: Facts, status: SharedStatus) => Facts | null;
/** People ahead of a number, on straight lines between the points. */
export type Interpolate = (points: readonly Point[], number: number) => number;
/** In seconds, by the server's rule: the measured range, plus the time until the page knows of a turn. */
export type EstimateWait = (ahead: number, perMinute: PerMinute | null) => Range | null;
/** Seconds to milliseconds, a fifth earlier or later: a crowd that came together does not keep asking together. */
export type Jitter = (seconds: number) => number;
/** Milliseconds until the start or the end of the claim window. */
export type UntilEvent = (facts: Facts) => number;
export type CanRetry = (error: unknown) => error is AnteroomError;
/** Milliseconds until the next try. */
export type BackOff = (failures: number, error: { readonly retryAfter: number }) => number;
/** Leaves a text that is the same alone: a screen reader would repeat it. */
export type Write = (id: string, text: string) => void;
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;
