/** The functions behind the private API. */
import type { Operations } from '#waiting-room/operations.ts';
import type { IssuedTokens } from '#waiting-room/ports/issued-tokens.ts';
import type { SilentVisitors } from '#waiting-room/silent-visitors.ts';
import { FORBIDDEN, INVALID_BODY, INVALID_EVENT, INVALID_EVENT_OR_REQUEST, NO_SESSION, ok } from './answer.ts';
import { type GenerateToken, lineOf } from './generate-token.ts';
import { hasRequestIdForm, withoutMarkup } from './markup.ts';
import type { AwsRoom } from './room.ts';
import type { Caller, Routes } from './route.ts';

export interface PrivateApiDeps {
  readonly silentVisitors: Pick<SilentVisitors, 'find'>;
  readonly issuedTokens: Pick<IssuedTokens, 'end' | 'expired'>;
  readonly operationsOf: (by: string) => Pick<Operations, 'raise' | 'reset' | 'exits' | 'counters'>;
  readonly generateToken: GenerateToken;
  readonly now: () => number;
}

const RESET =
  'It may take a minute or two to reset counters and recreate the database. Verify that token table is available and active in DynamoDB before using the waiting room.';

/** A year, in seconds. */
const LONGEST_VALIDITY = 31_536_000;

/** More than any line has, and far below the largest safe integer. */
const MANY = 1_000_000_000;

export function privateApi(deps: PrivateApiDeps): Routes {
  const { silentVisitors, issuedTokens, operationsOf, generateToken, now } = deps;
  const operationsIn = (room: AwsRoom, { name }: Caller) => ({
    id: room.snapshot.settings.id,
    operations: operationsOf(name),
  });

  return {
    generate_token: {
      method: 'POST',
      required: ['event_id', 'request_id'],
      optional: ['issuer', 'validity_period'],
      async handle(room, { request_id, issuer, validity_period: validity }) {
        if (validity !== undefined && (validity < 1 || validity > LONGEST_VALIDITY)) return INVALID_BODY;
        return generateToken(room, request_id, { issuer, validity });
      },
    },
    increment_serving_counter: {
      method: 'POST',
      required: ['event_id', 'increment_by'],
      async handle(room, { increment_by }, caller) {
        if (Math.abs(increment_by) > MANY) return INVALID_BODY;
        if (!room) return INVALID_EVENT;
        const { id, operations } = operationsIn(room, caller);
        const { counters } = await operations.raise(id, increment_by);
        return ok({ serving_num: counters.serving });
      },
    },
    update_session: {
      method: 'POST',
      required: ['event_id', 'request_id', 'status'],
      async handle(room, { request_id, status }, caller) {
        // AWS's function writes any number and then fails.
        if (status !== 1 && status !== -1) return INVALID_BODY;
        const id = withoutMarkup(request_id);
        if (!room || !hasRequestIdForm(id)) return INVALID_EVENT_OR_REQUEST;
        const ticket = await silentVisitors.find(room.snapshot, id);
        if (!ticket) return NO_SESSION;
        const [ended] = await issuedTokens.end(lineOf(ticket), [id], status);
        if (ended === undefined) return NO_SESSION;
        const of = operationsIn(room, caller);
        const [completed, abandoned] = status === 1 ? [[id], []] : [[], [id]];
        await of.operations.exits(of.id, { exited: 0, completed, abandoned });
        return ok({ ResponseMetadata: { HTTPStatusCode: 200, RetryAttempts: 0 } });
      },
    },
    num_active_tokens: {
      method: 'GET',
      required: ['event_id'],
      async handle(room, _, caller) {
        if (!room) return INVALID_EVENT;
        const { id, operations } = operationsIn(room, caller);
        // Everybody who is inside counts, whichever way they came: an inlet fills the room up to its size by this.
        return ok({ active_tokens: (await operations.counters(id)).active });
      },
    },
    expired_tokens: {
      method: 'GET',
      required: ['event_id'],
      async handle(room) {
        if (!room) return INVALID_EVENT;
        const { settings, view } = room.snapshot;
        const line = { room: settings.id, incarnation: view.incarnation, generation: view.generation };
        return ok(await issuedTokens.expired(line, Math.floor(now() / 1000)));
      },
    },
    reset_initial_state: {
      method: 'POST',
      required: ['event_id'],
      async handle(room, _, caller) {
        if (!caller.isOwner) return FORBIDDEN;
        if (room) {
          const { id, operations } = operationsIn(room, caller);
          await operations.reset(id);
        }
        return ok({ message: RESET });
      },
    },
  };
}
