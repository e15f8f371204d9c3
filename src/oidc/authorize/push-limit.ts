import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { ClientAddress } from '#http/client-address.ts';
import { networkOf } from '#http/client-network.ts';
import { createRateLimit } from '#waiting-room/rate-limit.ts';

/** Requests that one network may push for one relying party in a minute: many visitors may share an address. */
export const PUSHES_PER_MINUTE = 600;

export interface PushLimitDeps {
  readonly clientAddress: ClientAddress;
  readonly now: () => number;
}

/**
 * Throws a 429 (RFC 9126 §2.3) for pushed requests beyond the limit, of a relying party without a secret: anybody may
 * send them. One with a secret pushes the requests of all its visitors from its own address.
 */
export function createPushLimit({ clientAddress, now }: PushLimitDeps): (ctx: KoaContextWithOIDC) => void {
  const limit = createRateLimit({ limit: PUSHES_PER_MINUTE, window: 60_000, now });

  return (ctx) => {
    const { client } = ctx.oidc;
    if (client?.clientAuthMethod !== 'none') return;
    const wait = limit.take(`${client.clientId} ${networkOf(clientAddress(ctx.req))}`);
    if (wait === 0) return;
    const seconds = Math.ceil(wait / 1000);
    ctx.set('Retry-After', String(seconds));
    const error = new errors.TemporarilyUnavailable(`too many pushed requests: try again in ${seconds} s`);
    throw Object.assign(error, { status: 429, statusCode: 429 });
  };
}
