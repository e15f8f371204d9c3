/**
 * A request that an earlier version stored is resumed at `/authorize/{id}` with a cookie whose name any sibling host can
 * set. So the cookie counts only beside the sealed cookies of the visitor who claimed the turn: an attacker's claimed
 * request, planted in another browser, would give it the attacker's code and session.
 */
import type { Middleware } from 'koa';
import type Provider from 'oidc-provider';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';

const RESUME_PATH = /^\/authorize\/([\w-]+)$/;

export interface OwnResumeDeps {
  readonly provider: Provider;
  readonly cookies: Pick<VisitorCookies, 'visitor' | 'ticket' | 'inside'>;
  readonly relyingParties: RelyingParties;
  /** oidc-provider's name of the cookie. */
  readonly cookieName: string;
}

/** Hides another visitor's resume cookie from oidc-provider, which then says that the request has expired. */
export function onlyOwnResume({ provider, cookies, relyingParties, cookieName }: OwnResumeDeps): Middleware {
  const pair = new RegExp(`(?:^|; *)${cookieName}=[^;]*`, 'g');

  return async (ctx, next) => {
    const [, id] = RESUME_PATH.exec(ctx.path) ?? [];
    const { cookie } = ctx.req.headers;
    if (id === undefined || !cookie?.includes(cookieName)) return next();
    const interaction = await provider.Interaction.find(id);
    // Before the claim there is no account: resuming leads to the waiting page, like any link to /authorize.
    const claimedBy = interaction?.result?.login?.accountId;
    if (claimedBy !== undefined) {
      const party = await relyingParties.find(String(interaction?.params.client_id));
      const tickets = party ? [cookies.ticket(cookie, party.room), cookies.inside(cookie, party.room)] : [];
      const own = [cookies.visitor(cookie), ...tickets.map((ticket) => ticket?.visitor)];
      if (!own.includes(claimedBy)) ctx.req.headers.cookie = cookie.replace(pair, '');
    }
    return next();
  };
}
