import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Addresses } from '#pages/waiting/address.ts';
import { withNewcomerState } from '#pages/waiting/newcomer-state.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { travels } from '../adapter.ts';
import { loginContext } from '../login-context.ts';
import { startOf } from './login-start.ts';
import { browserQuery } from './pushed-requests.ts';
import type { ValidatedStep } from './validated-step.ts';
import { withholdUnusedCookies } from './withhold-cookies.ts';

export interface InteractionUrlDeps {
  readonly relyingParties: RelyingParties;
  readonly addresses: Addresses;
  readonly cookies: Pick<VisitorCookies, 'visitor'>;
  readonly validatedStep: ValidatedStep;
}

/** Where a request without an answer goes: the waiting page, with the pending request in its address. */
export function createInteractionUrl({ relyingParties, addresses, cookies, validatedStep }: InteractionUrlDeps) {
  return async (ctx: KoaContextWithOIDC): Promise<string> => {
    const { visit } = loginContext(ctx);
    if ((await validatedStep(ctx)).step === 'issue') {
      // Waiting would not help: a stock Check failed, since the relying party asks for another visitor.
      throw new errors.LoginRequired('the visitor is not the one that was asked for');
    }
    const clientId = ctx.oidc.client?.clientId ?? '';
    // A resume looks up no visit: its visitor already holds a ticket.
    const room = visit?.room ?? (await relyingParties.find(clientId))?.room;
    if (!room) throw new errors.InvalidClient('client is invalid', 'client not found');
    withholdUnusedCookies(ctx);
    const arrivedAt = startOf(ctx);
    const visitor = visit?.visitor ?? ctx.oidc.session?.accountId ?? cookies.visitor(ctx.req.headers.cookie);
    const state = visit?.newcomerState ?? null;
    if (travels(ctx)) {
      // A closed room gives no ticket, so the request is nobody's yet.
      const owner = visitor ? addresses.ownerOf(visitor) : null;
      const address = addresses.of(room, { kind: 'travelling', query: browserQuery(ctx), owner, arrivedAt });
      return withNewcomerState(address, state);
    }
    const interaction = ctx.oidc.entities.Interaction?.jti ?? '';
    const owner = addresses.ownerOf(visitor ?? '');
    return withNewcomerState(addresses.of(room, { kind: 'stored', clientId, interaction, owner, arrivedAt }), state);
  };
}
