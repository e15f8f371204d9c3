/**
 * A valid authorization request has arrived: the visitor gets a number, or their admission is found. It runs as the
 * validator of an extra parameter, the one hook of oidc-provider between its checks of the request and the interaction
 * policy, so an invalid request takes no number, nor does one that no admission could satisfy.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { BrowserUses } from '#http/browser-uses.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import type { LoopGuard } from '#http/loop-guard.ts';
import { passOf } from '#http/pass-of.ts';
import type { RoomRules } from '#http/room-rules.ts';
import type { RuleTarget } from '#http/rule-request.ts';
import type { SenderCheck } from '#http/sender-check.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { newcomerStateOf } from '#pages/waiting/newcomer-state.ts';
import type { Passes } from '#passes/index.ts';
import { profileOf } from '#settings/profiles/index.ts';
import { withoutBypass } from '#waiting-room/entry/decide-entry.ts';
import { entryRefused, JoinRefused, RoomClosed, RoomNotFound } from '#waiting-room/errors.ts';
import type { Arrival } from '#waiting-room/join-room.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Visit } from '../login-context.ts';
import { loginContext } from '../login-context.ts';
import { sitesOf } from '../sites-of.ts';
import { usableClaims } from '../tokens/claims.ts';
import { usableAdmission } from '../usable-admission.ts';
import type { ConfirmedLogins } from './confirmed-logins.ts';
import type { BegunArrivals } from './fast-path/begun-arrivals.ts';
import { loginLoop } from './login-loop-middleware.ts';
import { startOf, waitedSince } from './login-start.ts';
import type { NewestLogin } from './newest-login.ts';
import type { PushedRequests } from './pushed-requests.ts';
import { refuseLongRequest } from './refuse-long-request.ts';
import { refuseMalformedThumbprint } from './refuse-malformed-thumbprint.ts';
import { refuseUnsatisfiable } from './refuse-unsatisfiable.ts';
import { refusedJoin } from './refused-join.ts';
import type { ValidatedStep } from './validated-step.ts';

export interface ArrivalDeps {
  readonly visitors: Pick<Visitors, 'admission'>;
  readonly passes: Pick<Passes, 'arrive'>;
  readonly relyingParties: RelyingParties;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly roomRules: RoomRules;
  readonly senderCheck: SenderCheck;
  readonly browserUses: Pick<BrowserUses, 'begin'>;
  readonly cookies: VisitorCookies;
  readonly newestLogin: Pick<NewestLogin, 'record'>;
  readonly loops: Pick<LoopGuard, 'record'>;
  readonly pushedRequests: Pick<PushedRequests, 'seal' | 'use'>;
  /** Throws for a pushed request beyond the limit. */
  readonly limitPushes: (ctx: KoaContextWithOIDC) => void;
  readonly validatedStep: ValidatedStep;
  readonly confirmedLogins: Pick<ConfirmedLogins, 'authenticatedAt'>;
  readonly begunArrivals: Pick<BegunArrivals, 'of'>;
  readonly requestOf: EntryRequestOf;
  readonly now: () => number;
}

/** Leaves out what would be kept with the code and the tokens and has no effect; an essential `acr` was refused. */
function dropUnusable({ oidc: { params } }: KoaContextWithOIDC): void {
  if (!params) return;
  params.acr_values = undefined;
  if (typeof params.claims === 'string') params.claims = JSON.stringify(usableClaims(JSON.parse(params.claims)));
}

/** The page that the visitor came for, if the relying party sends it, or else where the login returns to. */
function targetOf({ method, oidc: { params } }: KoaContextWithOIDC): RuleTarget {
  const url = params?.target_link_uri ?? params?.redirect_uri;
  return { url: typeof url === 'string' ? url : null, method };
}

/** A relying party that can send no parameter of its own has `login_hint` (OpenID Connect Core §3.1.2.1). */
function passIn(ctx: KoaContextWithOIDC): string | null {
  const hint = ctx.oidc.params?.login_hint;
  return passOf(ctx) ?? (typeof hint === 'string' && JWT.test(hint) ? hint : null);
}

/** The header of a JWT is a JSON object, so it begins like this. Other hints may have two dots too. */
const JWT = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;

export function createArrival(deps: ArrivalDeps) {
  const { visitors, relyingParties, snapshots, roomRules, cookies, newestLogin, loops, confirmedLogins } = deps;
  const { passes, browserUses, pushedRequests, requestOf, senderCheck, now } = deps;

  async function setVisit(
    ctx: KoaContextWithOIDC,
    party: RelyingParty,
    visit: Omit<Visit, 'room'>,
    { isFirst: isNew, movesHere }: Pick<Arrival, 'isFirst' | 'movesHere'> = {},
  ): Promise<void> {
    const { room } = party;
    const login = loginContext(ctx);
    const admission = usableAdmission(visit.admission, now());
    login.visit = { ...visit, room, admission };
    const { session, params } = ctx.oidc;
    if (!admission || !session) return;
    if ((await deps.validatedStep(ctx)).step === 'issue') {
      const use = await browserUses.begin(ctx, { room, admission, isNew, movesHere }, login.round, true);
      login.visit = { ...login.visit, use };
      if (use.step !== 'issue') return;
      await pushedRequests.use(ctx, party);
    }
    if (session.accountId !== undefined && session.accountId !== admission.visitor) {
      // It is another visitor's session, perhaps a planted one. Its owner must not share this visitor's.
      session.resetIdentifier();
      session.authorizations = undefined;
    }
    const accountId = admission.visitor;
    if (party.confirm_login) {
      const loginTs = Math.floor(confirmedLogins.authenticatedAt(ctx.req.headers.cookie, room, admission) / 1000);
      if (session.accountId !== accountId || session.loginTs !== loginTs) session.loginAccount({ accountId, loginTs });
      return;
    }
    // Looking up the admission is the authentication: prompt=login and max_age ask for no more.
    const isTooOld = params?.max_age !== undefined && session.past(Number(params.max_age));
    if (session.accountId !== accountId || isTooOld || ctx.oidc.prompts.has('login')) {
      session.loginAccount({ accountId });
    }
  }

  /**
   * The visitor for whom `arrive` would answer, if the browser is known: of its two visitors, the one who is inside.
   */
  async function visitorWithoutJoin(room: RoomId, known: VisitorId | null, inside: Ticket | null) {
    if (!inside || inside.visitor === known) return known;
    return (await visitors.admission(room, inside.visitor)) ? inside.visitor : known;
  }

  /** Only logins of visitors who were inside already are counted, so a first login costs no cookie. */
  function recordLogin(ctx: KoaContextWithOIDC, clientId: string): void {
    const redirectUri = ctx.oidc.params?.redirect_uri;
    loops.record(ctx, loginLoop(clientId, typeof redirectUri === 'string' ? redirectUri : undefined));
  }

  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    refuseMalformedThumbprint(ctx);
    // A pushed request (RFC 9126) passes the same validators, but no visitor has arrived.
    if (ctx.oidc.route !== 'authorization') {
      deps.limitPushes(ctx);
      return pushedRequests.seal(ctx);
    }
    refuseLongRequest(ctx);
    const party = await relyingParties.find(ctx.oidc.client?.clientId ?? '');
    if (!party) throw new errors.InvalidClient('client is invalid', 'client not found');
    const { room } = party;
    const header = ctx.req.headers.cookie;
    const { round } = loginContext(ctx);
    const isNew = waitedSince(ctx) === null;
    if (profileOf(party.profile).oneLogin && isNew) {
      ctx.append('Set-Cookie', newestLogin.record(header, party.client_id, startOf(ctx)));
    }
    const ticket = cookies.ticket(header, room);
    // Sealed cookies outrank the session, which another host may have planted over http.
    const visitor = cookies.visitor(header) ?? ticket?.visitor ?? ctx.oidc.session?.accountId ?? null;
    const [inside, former] = [cookies.inside(header, room), cookies.former(header, room)];
    await refuseUnsatisfiable(ctx, () => visitorWithoutJoin(room, visitor, inside));
    dropUnusable(ctx);
    if (ctx.oidc.prompts.has('none')) {
      const known = await visitorWithoutJoin(room, visitor, inside);
      return setVisit(ctx, party, { admission: known ? await visitors.admission(room, known) : null });
    }
    try {
      const { settings } = await snapshots.get(room);
      const action = await roomRules(settings, ctx.req, targetOf(ctx));
      if (action === 'refuse') throw entryRefused(room);
      const refusal = await senderCheck.refusal(ctx, settings, sitesOf(party));
      const request = { ...requestOf(ctx.req), action: withoutBypass(action) };
      const arrival = await (deps.begunArrivals.of(ctx.req, room) ??
        passes.arrive(room, passIn(ctx), { visitor, ticket, former, inside, refusal, ...request }));
      if (arrival.admission) ctx.append('Set-Cookie', cookies.keepInside(arrival.ticket, arrival.admission));
      if (arrival.isNew) ctx.append('Set-Cookie', cookies.give(arrival.ticket, ticket));
      else if (arrival.admission && isNew && round === null) recordLogin(ctx, party.client_id);
      await setVisit(ctx, party, { visitor: arrival.ticket.visitor, admission: arrival.admission }, arrival);
    } catch (error) {
      if (error instanceof RoomNotFound) {
        throw new errors.TemporarilyUnavailable("the relying party's room does not exist", error.message);
      }
      if (error instanceof JoinRefused) throw refusedJoin(error, party, ctx.oidc.params?.redirect_uri);
      // The waiting page says that the room is closed, or why there is no number yet.
      const newcomerState = newcomerStateOf(error);
      if (newcomerState === null && !(error instanceof RoomClosed)) throw error;
      await setVisit(ctx, party, { admission: null, newcomerState });
    }
  };
}
