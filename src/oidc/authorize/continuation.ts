/**
 * How those go on who waited for an authorization request: through /authorize once more, which finds the admission; or,
 * where the relying party has forgotten their login meanwhile, by a fresh one, which passes at once.
 */
import type { Context } from 'koa';
import type Provider from 'oidc-provider';
import { seeOther, sendPage } from '#http/answer.ts';
import type { Render } from '#http/unavailable.ts';
import type { Addresses, PendingRequest } from '#waiting-page/address.ts';
import { RETRY } from '#waiting-page/address.ts';
import type { Admitted, Continuation } from '#waiting-page/page.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { LoginCookies } from './login-cookies.ts';
import type { LoginLock } from './login-lock.ts';
import { ALONE } from './login-lock.ts';
import type { Began } from './login-start.ts';
import type { IsTransactionExpired } from './login-window.ts';
import { restartLogin } from './restart-login.ts';

/** How often a visitor is sent back within a minute before it takes a button. */
const BOUNCES = 2;

export interface ContinuationDeps {
  readonly provider: Provider;
  readonly addresses: Pick<Addresses, 'ownerOf'>;
  readonly relyingParties: RelyingParties;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly began: Pick<Began, 'again'>;
  readonly bounces: LoginCookies['bounces'];
  readonly isTransactionExpired: IsTransactionExpired;
  readonly isAnotherTabEntering: LoginLock;
  readonly issuer: string;
  readonly render: Render;
  readonly now: () => number;
}

export function createContinuation(deps: ContinuationDeps): Continuation<PendingRequest> {
  const { provider, addresses, relyingParties, snapshots, began, bounces, isTransactionExpired, issuer, now } = deps;

  function show(ctx: Context, status: number, view: string, data: Record<string, unknown>): void {
    sendPage(ctx, status, deps.render(view, data));
  }

  /** The waiting page is loaded again in a while, and takes the turn once more. */
  async function followLater(ctx: Context, room: string): Promise<void> {
    const { title } = (await snapshots.get(room)).settings;
    show(ctx, 200, 'other-tab', { title, url: ctx.url });
    ctx.set('Refresh', `${ALONE};url=${ctx.url}`);
  }

  /** To a fresh login; who was sent to one again and again is asked first. */
  async function sendBack(ctx: Context, party: RelyingParty, request: URLSearchParams, by: Admitted<PendingRequest>) {
    const header = ctx.req.headers.cookie;
    const anew = by.form.get('anew') === '1';
    const given = {
      redirectUri: request.get('redirect_uri') ?? undefined,
      state: request.get('state') ?? undefined,
      targetLinkUri: request.get('target_link_uri') ?? undefined,
      page: request.get('anteroom_page') ?? undefined,
    };
    const url = restartLogin(party, given, issuer);
    if (url === null || (!anew && bounces.count(header, party.client_id, now()) >= BOUNCES)) {
      const { title } = (await snapshots.get(by.room)).settings;
      show(ctx, 200, 'login-restart', { title, host: url && new URL(url).host });
      return;
    }
    // The button's bounce is the first of a new count.
    ctx.append('Set-Cookie', bounces.add(anew ? undefined : header, party.client_id, now()));
    seeOther(ctx, url);
  }

  async function resumeStored(ctx: Context, party: RelyingParty | null, by: Admitted<PendingRequest>): Promise<void> {
    if (by.pending.kind !== 'stored') return;
    const interaction = await provider.Interaction.find(by.pending.interaction);
    const isOver = !interaction || (party && isTransactionExpired(party, ctx.req.headers.cookie, by.pending.arrivedAt));
    if (party && isOver) return sendBack(ctx, party, paramsOf(interaction?.params), by);
    if (!interaction) {
      const description = 'The request behind this page was finished already, or it is too old.';
      return show(ctx, 400, 'error', { code: 'interaction_over', description });
    }
    interaction.result = { login: { accountId: by.ticket.visitor } };
    await interaction.persist();
    seeOther(ctx, interaction.returnTo);
  }

  return {
    restartUrl: (_room, pending) =>
      pending.kind === 'travelling' ? began.again(pending.query, pending.arrivedAt) : null,
    retryUrl(_room, pending) {
      if (pending.kind !== 'travelling' || pending.query.includes(`${RETRY}=`)) return null;
      return began.again(`${pending.query}&${RETRY}=1`, pending.arrivedAt);
    },
    /** A stored request is finished by who came with it: on somebody else's admission it would let its sender in. */
    isForeign: (pending, ticket) => pending.kind === 'stored' && pending.owner !== addresses.ownerOf(ticket.visitor),
    async resume(ctx, admitted) {
      const { pending } = admitted;
      const request = new URLSearchParams(pending.kind === 'travelling' ? pending.query : '');
      const clientId = pending.kind === 'travelling' ? request.get('client_id') : pending.clientId;
      const party = await relyingParties.find(clientId ?? '');
      if (party && (await deps.isAnotherTabEntering(party, admitted.ticket.visitor, pending.arrivedAt))) {
        return followLater(ctx, admitted.room);
      }
      if (pending.kind === 'stored') return resumeStored(ctx, party, admitted);
      if (party && isTransactionExpired(party, ctx.req.headers.cookie, pending.arrivedAt)) {
        return sendBack(ctx, party, request, admitted);
      }
      seeOther(ctx, began.again(pending.query, pending.arrivedAt));
    },
  };
}

function paramsOf(params: Record<string, unknown> = {}): URLSearchParams {
  const texts = Object.entries(params).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return new URLSearchParams(texts);
}
