/**
 * A request that an earlier version stored is resumed at `/authorize/{id}` with a cookie whose name any sibling host can
 * set. So the cookie counts only beside the sealed cookies of the visitor who claimed the turn: an attacker's claimed
 * request, planted in another browser, would give it the attacker's code and session.
 */
import type { Middleware } from 'koa';
import type Provider from 'oidc-provider';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';

export interface OwnResumeDeps {
  readonly provider: Provider;
  readonly cookies: Pick<VisitorCookies, 'visitor' | 'ticket' | 'inside'>;
  readonly relyingParties: RelyingParties;
  /** oidc-provider's name of the cookie. */
  readonly cookieName: string;
}

/** Hides another visitor's resume cookie from oidc-provider, which then says that the request has expired. */
export function onlyOwnResume({ provider, cookies, relyingParties, cookieName }: OwnResumeDeps): Middleware {
  const pairs = new RegExp(`(?:^|;) *${cookieName}=[^;]*`, 'g');

  async function isOwn(header: string, id: string): Promise<boolean> {
    const interaction = await provider.Interaction.find(id);
    // Before the claim there is no account: resuming leads to the waiting page, like any link to /authorize.
    const claimedBy = interaction?.result?.login?.accountId;
    if (claimedBy === undefined) return true;
    const party = await relyingParties.find(String(interaction?.params.client_id));
    const tickets = party ? [cookies.ticket(header, party.room), cookies.inside(header, party.room)] : [];
    return [cookies.visitor(header), ...tickets.map((ticket) => ticket?.visitor)].includes(claimedBy);
  }

  return async (ctx, next) => {
    const { cookie } = ctx.req.headers;
    // oidc-provider finds the request by the cookie alone, whatever id the path has, and reads the cookie like this.
    const id = cookie?.includes(cookieName) ? ctx.cookies.get(cookieName, { signed: false }) : undefined;
    if (cookie && id && !(await isOwn(cookie, id))) ctx.req.headers.cookie = cookie.replace(pairs, '');
    return next();
  };
}
