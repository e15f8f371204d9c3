/**
 * A valid authorization request is at the door: the visitor gets a number, or the admission they hold is found.
 * It runs as the validator of an extra parameter, the one hook of oidc-provider between the checks of the request
 * and the interaction policy: an invalid request takes no number.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { profileOf } from '#settings/profiles/index.ts';
import { RoomClosed, RoomNotFound } from '#waiting-room/errors.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Visit } from '../login-context.ts';
import { lasting, setVisit } from '../login-context.ts';
import type { LoginCookies } from './login-cookies.ts';
import type { Began } from './login-start.ts';

export interface ArrivalDeps {
  readonly visitors: Pick<Visitors, 'arrive' | 'admission'>;
  readonly relyingParties: RelyingParties;
  readonly cookies: VisitorCookies;
  readonly loginCookies: Pick<LoginCookies, 'began' | 'logins'>;
  readonly began: Pick<Began, 'before' | 'of'>;
  readonly now: () => number;
}

export function createArrival(deps: ArrivalDeps) {
  const { visitors, relyingParties, cookies, loginCookies, began, now } = deps;

  function found(ctx: KoaContextWithOIDC, visit: Visit): void {
    const admission = lasting(visit.admission, now());
    setVisit(ctx, { ...visit, admission });
    const { session, params } = ctx.oidc;
    if (!admission || !session) return;
    // Finding the admission is the authentication: prompt=login and max_age ask for no more.
    const tooOld = params?.max_age !== undefined && session.past(Number(params.max_age));
    if (session.accountId !== admission.visitor || tooOld || ctx.oidc.prompts.has('login')) {
      session.loginAccount({ accountId: admission.visitor });
    }
  }

  /** Of somebody who was inside already: a first login costs no cookie for it. */
  function countLogin(ctx: KoaContextWithOIDC, { client_id }: RelyingParty): void {
    const redirectUri = ctx.oidc.params?.redirect_uri;
    const place = typeof redirectUri === 'string' ? redirectUri : undefined;
    ctx.append('Set-Cookie', loginCookies.logins.add(ctx.req.headers.cookie, client_id, now(), place));
  }

  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    // Only for /authorize: a pushed request (RFC 9126) is validated by the same stack but nobody is at the door.
    if (ctx.oidc.route !== 'authorization') return;
    const party = await relyingParties.find(ctx.oidc.client?.clientId ?? '');
    if (!party) throw new errors.InvalidClient('client is invalid', 'client not found');
    const { room } = party;
    const header = ctx.req.headers.cookie;
    if (profileOf(party.profile).oneLogin && began.before(ctx) === null) {
      ctx.append('Set-Cookie', loginCookies.began(header, party.client_id, began.of(ctx)));
    }
    // A browser that has a Session keeps its account, or the provider would log it out.
    const visitor = ctx.oidc.session?.accountId ?? cookies.visitor(header);

    const ticket = cookies.ticket(header, room);
    if (ctx.oidc.prompts.has('none')) {
      const known = visitor ?? ticket?.visitor;
      found(ctx, { room, admission: known ? await visitors.admission(room, known) : null });
      return;
    }
    try {
      const arrival = await visitors.arrive(room, { visitor, ticket });
      if (arrival.isNew) ctx.append('Set-Cookie', cookies.give(arrival.ticket));
      else if (arrival.admission && began.before(ctx) === null) countLogin(ctx, party);
      found(ctx, { room, visitor: arrival.ticket.visitor, admission: arrival.admission });
    } catch (error) {
      if (error instanceof RoomNotFound) {
        throw new errors.TemporarilyUnavailable('the room of this relying party is not there', error.message);
      }
      if (!(error instanceof RoomClosed)) throw error;
      // The waiting page says that it is closed.
      setVisit(ctx, { room, admission: null });
    }
  };
}
