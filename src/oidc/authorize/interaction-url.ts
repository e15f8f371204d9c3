import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { withRound } from '#http/browser-uses.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Addresses } from '#pages/waiting/address.ts';
import { withNewcomerState } from '#pages/waiting/newcomer-state.ts';
import { withUseState } from '#pages/waiting/use-state.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { travels } from '../adapter.ts';
import { loginContext, type Visit } from '../login-context.ts';
import { type LoginStart, startOf, waitedSince } from './login-start.ts';
import { browserQuery } from './pushed-requests.ts';
import type { ValidatedStep } from './validated-step.ts';
import { withholdUnusedCookies } from './withhold-cookies.ts';

export interface InteractionUrlDeps {
  readonly loginStart: Pick<LoginStart, 'authorizeUrl'>;
  readonly urls: Pick<PublicUrls, 'pathOf'>;
  readonly relyingParties: RelyingParties;
  readonly addresses: Addresses;
  readonly cookies: Pick<VisitorCookies, 'visitor'>;
  readonly validatedStep: ValidatedStep;
}

/** Where a request without an answer goes: the waiting page, with the pending request in its address. */
export function createInteractionUrl(deps: InteractionUrlDeps) {
  const { relyingParties, addresses, cookies, validatedStep, loginStart, urls } = deps;
  /** The waiting page says why the visitor is there. */
  const marked = (address: string, visit: Visit | null) => {
    if (visit?.use?.step === 'copied' || visit?.use?.step === 'busy') return withUseState(address, visit.use.step);
    return withNewcomerState(address, visit?.newcomerState ?? null);
  };

  return async (ctx: KoaContextWithOIDC): Promise<string> => {
    const { visit } = loginContext(ctx);
    const next = await validatedStep(ctx);
    if (next.step === 'issue') {
      // Waiting would not help: a stock Check failed, since the relying party asks for another visitor.
      throw new errors.LoginRequired('the visitor is not the one that was asked for');
    }
    const clientId = ctx.oidc.client?.clientId ?? '';
    // A resume looks up no visit: its visitor already holds a ticket.
    const room = visit?.room ?? (await relyingParties.find(clientId))?.room;
    if (!room) throw new errors.InvalidClient('client is invalid', 'client not found');
    withholdUnusedCookies(ctx);
    const arrivedAt = startOf(ctx);
    if (visit?.use?.step === 'round') {
      const query = browserQuery(ctx);
      const isFirst = waitedSince(ctx) === null;
      const url = isFirst ? urls.pathOf(`/authorize?${query}`) : loginStart.authorizeUrl(query, arrivedAt);
      return withRound(url, visit.use.round);
    }
    const visitor = visit?.visitor ?? ctx.oidc.session?.accountId ?? cookies.visitor(ctx.req.headers.cookie);
    if (travels(ctx)) {
      // A closed room gives no ticket, so the request is nobody's yet.
      const owner = visitor ? addresses.ownerOf(visitor) : null;
      const address = addresses.of(room, { kind: 'travelling', query: browserQuery(ctx), owner, arrivedAt });
      return marked(address, visit);
    }
    const interaction = ctx.oidc.entities.Interaction?.jti ?? '';
    const owner = addresses.ownerOf(visitor ?? '');
    return marked(addresses.of(room, { kind: 'stored', clientId, interaction, owner, arrivedAt }), visit);
  };
}
