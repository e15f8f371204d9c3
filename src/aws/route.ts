import type { EntryRequest } from '#waiting-room/entry/entry-request.ts';
import type { Answer } from './answer.ts';
import type { AwsRoom } from './room.ts';
import type { FieldName, Fields } from './shape.ts';

/** Who sends a request to the private API. */
export interface Caller {
  /** The name in the audit log. */
  readonly name: string;
  readonly isOwner: boolean;
}

/** One route of an API. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly required: readonly FieldName[];
  readonly optional?: readonly FieldName[];
  /** Whether a body of another type than JSON is refused. */
  readonly jsonOnly?: boolean;
  /** Whether it brings a newcomer: the rules of the room hold. */
  readonly joins?: boolean;
  /** @param room null: no room has the event id */
  handle(room: AwsRoom | null, fields: Fields, caller: Caller, entryRequest: EntryRequest): Promise<Answer>;
}

/** By the path below that of the API. */
export type Routes = Readonly<Record<string, Route>>;
