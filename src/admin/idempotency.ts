/**
 * A repeat of a request with the same Idempotency-Key gets the answer of the first request, from any process, and has no
 * second effect. The store remembers first that the request is in progress, then its answer.
 *
 * A request that failed may have had its effect all the same, if the answer of the store was lost. So where an effect must
 * not come twice, the store keeps it with the request's name.
 */
import { createHash } from 'node:crypto';
import type { Asked, Reply, Route } from '#http/guard.ts';
import { invalid } from '#http/guard.ts';
import { Problem } from '#http/problem.ts';
import type { Log } from '#telemetry/log.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import { operatorOf } from './operator-of.ts';
import { nameRequest } from './request-name.ts';

/** How long, in ms, a request in progress holds its key. After that the key of a process that died is free. */
const HELD_FOR = 60_000;
/** How long, in ms, a repeat gets the remembered answer. */
const KEPT_FOR = 24 * 60 * 60 * 1000;
const LONGEST_KEY = 255;

/** What the store remembers for a key. Without a reply, the request is still in progress. */
interface Remembered {
  readonly request: string;
  readonly reply?: Reply;
}

export interface IdempotencyDeps {
  readonly store: Idempotency;
  readonly log: Pick<Log, 'warn'>;
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url');

/** Runs a route that is declared idempotent at most once for each key. */
export function idempotency({ store, log }: IdempotencyDeps) {
  return async function once(route: Route, asked: Asked): Promise<Reply> {
    const key = route.idempotent ? asked.ctx.get('Idempotency-Key') : '';
    if (key === '') return route.answer(asked);
    if (key.length > LONGEST_KEY) {
      throw invalid([{ field: 'Idempotency-Key', message: `must be at most ${LONGEST_KEY} characters long` }]);
    }

    // Two operators may use the same key.
    const name = `idempotency:${hash(JSON.stringify([operatorOf(asked.ctx), key]))}`;
    const request = hash(JSON.stringify([route.operationId, asked.params, asked.body ?? null]));
    nameRequest(asked.ctx, hash(`${name} ${request}`));
    const before = await store.remember(name, JSON.stringify({ request } satisfies Remembered), HELD_FOR);
    if (before !== null) return replay(JSON.parse(before), request);

    const reply = await route.answer(asked).catch(async (error) => {
      await store.forget(name).catch((unforgotten) => log.warn({ err: unforgotten }, 'idempotency key not released'));
      throw error;
    });
    // The request succeeded. If its answer cannot be remembered, an error would make the client repeat it.
    await store
      .amend(name, JSON.stringify({ request, reply } satisfies Remembered), KEPT_FOR)
      .catch((error) => log.warn({ err: error }, 'idempotent answer not stored'));
    return reply;
  };
}

function replay(first: Remembered, request: string): Reply {
  if (first.request !== request) throw new Problem('idempotency_key_reused');
  if (!first.reply) throw new Problem('request_in_progress', { headers: { 'Retry-After': '1' } });
  return { ...first.reply, headers: { ...first.reply.headers, 'Idempotency-Replayed': 'true' } };
}
