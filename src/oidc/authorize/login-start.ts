/**
 * When a login started. A request that waited goes through /authorize again with a stamped note of its start in the
 * query, so it gets no younger; a stored request has its start in its Interaction.
 */
import type { Middleware } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { PublicUrls } from '#http/public-urls.ts';
import type { Seal } from '#waiting-room/seal.ts';
import { loginContext } from '../login-context.ts';

const PARAMETER = 'anteroom_began';
const NOTE = new RegExp(`^(.*)&${PARAMETER}=(\\d{1,15})\\.([\\w-]+)$`, 's');

export interface LoginStart {
  /** Path and query of a request that goes through /authorize again; `startedAt` in ms. */
  authorizeUrl(query: string, startedAt: number): string;
  /** Takes the note out of the query, so that oidc-provider sees the request as the relying party sent it. */
  readonly readNote: Middleware;
}

export function createLoginStart(
  seal: Pick<Seal, 'stamp' | 'isStampOf'>,
  urls: Pick<PublicUrls, 'pathOf'>,
): LoginStart {
  const textOf = (query: string, startedAt: number) => `began ${startedAt} ${query}`;

  return {
    authorizeUrl: (query, startedAt) =>
      urls.pathOf(`/authorize?${query}&${PARAMETER}=${startedAt}.${seal.stamp(textOf(query, startedAt))}`),
    readNote(ctx, next) {
      const [, query, startedAt, stamp] = NOTE.exec(ctx.querystring) ?? [];
      if (query !== undefined && stamp !== undefined && seal.isStampOf(textOf(query, Number(startedAt)), stamp)) {
        loginContext(ctx).waitedSince = Number(startedAt);
        ctx.querystring = query;
      }
      return next();
    },
  };
}

/** What an Interaction keeps of its login's start. */
export const startDetails = (ctx: KoaContextWithOIDC) => ({ began: startOf(ctx) });

/** When a login that waited started, in ms; null for a request that arrives for the first time. */
export function waitedSince(ctx: KoaContextWithOIDC): number | null {
  const { waitedSince } = loginContext(ctx);
  if (waitedSince !== null) return waitedSince;
  const details = ctx.oidc.route === 'resume' ? ctx.oidc.entities.Interaction?.prompt.details : undefined;
  return typeof details?.began === 'number' ? details.began : null;
}

/** When the login started, in ms; for a request that arrives for the first time, when it arrived. */
export function startOf(ctx: KoaContextWithOIDC): number {
  return waitedSince(ctx) ?? loginContext(ctx).receivedAt;
}
