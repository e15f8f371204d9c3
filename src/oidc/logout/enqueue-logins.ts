import type Provider from 'oidc-provider';
import type { LogoutQueue } from '#waiting-room/ports/logout-queue.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { loginContext } from '../login-context.ts';
import { onCodeExchange } from '../tokens/on-code-exchange.ts';

export interface EnqueueLoginsDeps {
  readonly logouts: Pick<LogoutQueue, 'expect' | 'hasten'>;
  readonly visitors: Pick<Visitors, 'admission'>;
  readonly now: () => number;
}

/** Puts each login whose relying party wants notifications into the queue, before the relying party has its tokens. */
export function enqueueLogins(provider: Provider, { logouts, visitors, now }: EnqueueLoginsDeps): void {
  onCodeExchange(provider, async (ctx, { sid = null }) => {
    const { client } = ctx.oidc;
    const { visit } = loginContext(ctx);
    if (!client?.backchannelLogoutUri || !visit?.admission) return;
    const { room, admission } = visit;
    const { visitor, expiresAt } = admission;
    await logouts.expect(client.clientId, { room, visitor, sid }, expiresAt, now());
    // An admission that ended meanwhile found nothing in the queue. If the store fails, the login is due at its expiry.
    const found = await visitors.admission(room, visitor).catch(() => undefined);
    if (found === null) await logouts.hasten(client.clientId, room, [visitor], now());
  });
}
