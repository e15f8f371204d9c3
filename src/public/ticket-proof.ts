/** Proofs in requests of the tickets API. */
import type { Context } from 'koa';
import { readJson } from '#http/body.ts';
import { Problem } from '#http/problem.ts';

/** In bytes. */
const LIMIT = 8 * 1024;

/** The proof that a newcomer brings; null without one. A body that is no JSON is ignored, as it always was. */
export async function newcomersProof(ctx: Context): Promise<string | null> {
  return ctx.is('application/json') ? proofIn(await readJson(ctx, { limit: LIMIT })) : null;
}

/** Throws `invalid_request` without a proof. */
export async function ownProof(ctx: Context): Promise<string> {
  const proof = proofIn(await readJson(ctx, { limit: LIMIT }));
  if (proof === null) throw new Problem('invalid_request', { detail: 'The body must have a proof: {"proof":"…"}.' });
  return proof;
}

function proofIn(body: unknown): string | null {
  const proof = typeof body === 'object' && body !== null ? Reflect.get(body, 'proof') : null;
  return typeof proof === 'string' ? proof : null;
}
