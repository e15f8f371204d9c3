/**
 * When the login that a request belongs to began. One that waited goes through /authorize again with a stamped note of
 * it, so that it is no younger for that; a stored one has it in what it waited for.
 */

import type { Context, Middleware } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Seal } from '#waiting-room/seal.ts';

const PARAMETER = 'anteroom_began';
const NOTE = new RegExp(`^(.*)&${PARAMETER}=(\\d{1,15})\\.([\\w-]+)$`, 's');

export interface Began {
  /** Where a request goes through /authorize once more. */
  again(query: string, at: number): string;
  /** Takes the note out of the query, for which the request is as it first was. */
  readonly read: Middleware;
  /** In milliseconds; null for a request that came just now. */
  before(ctx: Context): number | null;
  /** In milliseconds; the same however often it is asked of a request. */
  of(ctx: Context): number;
}

export function createBegan(seal: Pick<Seal, 'stamp' | 'isStampOf'>, now: () => number): Began {
  const known = new WeakMap<object, number>();
  const fresh = new WeakMap<object, number>();
  const textOf = (query: string, at: number) => `began ${at} ${query}`;

  function before(ctx: Context): number | null {
    const noted = known.get(ctx);
    if (noted !== undefined) return noted;
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
    const details = oidc?.route === 'resume' ? oidc.entities.Interaction?.prompt.details : undefined;
    return typeof details?.began === 'number' ? details.began : null;
  }

  return {
    again: (query, at) => `/authorize?${query}&${PARAMETER}=${at}.${seal.stamp(textOf(query, at))}`,
    read(ctx, next) {
      const [, query, at, stamp] = NOTE.exec(ctx.querystring) ?? [];
      if (query !== undefined && stamp !== undefined && seal.isStampOf(textOf(query, Number(at)), stamp)) {
        known.set(ctx, Number(at));
        ctx.querystring = query;
      }
      return next();
    },
    before,
    of(ctx) {
      const at = before(ctx) ?? fresh.get(ctx) ?? now();
      fresh.set(ctx, at);
      return at;
    },
  };
}
