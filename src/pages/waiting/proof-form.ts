/** The field `proof` of the waiting page's form: the page's script sends it by itself. */
import type { Context } from 'koa';
import type { Challenges } from '#challenges/index.ts';
import { prefersJson } from '#http/accept.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import { Problem } from '#http/problem.ts';
import type { RoomRules } from '#http/room-rules.ts';
import { seeOther } from '#http/see-other.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { withoutBypass } from '#waiting-room/entry/decide-entry.ts';
import { entryRefused, JoinRefused, ProofInvalid } from '#waiting-room/errors.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import { provenTicket, type Ticket } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { sendPage } from '../send-page.ts';
import type { Render } from '../views.ts';
import { type Pending, targetOf } from './address.ts';
import { newcomerStateOf, withNewcomerState } from './newcomer-state.ts';

export interface ProofFormDeps {
  readonly visitors: Pick<Visitors, 'arrive' | 'facts' | 'newFacts'>;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly cookies: VisitorCookies;
  readonly challenges: Pick<Challenges, 'check' | 'use'>;
  readonly requestOf: EntryRequestOf;
  readonly roomRules: RoomRules;
  readonly render: Render;
  /** The page that a form goes back to. */
  readonly pageOf: (ctx: Context) => string;
}

/** A waiting page that belongs to the browser's visitor. */
export interface Opened {
  readonly pending: Pending;
  readonly ticket: Ticket | null;
}

/**
 * Makes the visitor of a ticket a proven one, or gives a proven newcomer a number. Rejects with JoinRefused for a newcomer
 * whom the rules refuse.
 */
export type ProofForm = (ctx: Context, room: string, opened: Opened, proof: string) => Promise<void>;

export function createProofForm(deps: ProofFormDeps): ProofForm {
  const { visitors, snapshots, cookies, challenges, requestOf, roomRules, render, pageOf } = deps;

  async function join(ctx: Context, room: string, pending: Pending, proof: string): Promise<Ticket> {
    const { settings } = await snapshots.get(room);
    const action = await roomRules(settings, ctx.req, { url: targetOf(pending), method: 'GET' });
    if (action === 'refuse') throw entryRefused(room);
    await challenges.use(settings, proof);
    const visitor = cookies.visitor(ctx.req.headers.cookie);
    const request = { ...requestOf(ctx.req), proven: true, action: withoutBypass(action) };
    const { ticket, admission } = await visitors.arrive(room, { visitor, ticket: null, ...request });
    if (admission) ctx.append('Set-Cookie', cookies.keepInside(ticket, admission));
    return ticket;
  }

  async function prove(ticket: Ticket, proof: string): Promise<Ticket> {
    await challenges.check((await snapshots.get(ticket.room)).settings, ticket, proof);
    return provenTicket(ticket);
  }

  return async (ctx, room, { ticket, pending }, proof) => {
    const isScript = prefersJson(ctx.get('Accept'));
    try {
      const proven = ticket ? await prove(ticket, proof) : await join(ctx, room, pending, proof);
      ctx.append('Set-Cookie', cookies.give(proven));
      if (!isScript) return seeOther(ctx, pageOf(ctx));
      ctx.set('Cache-Control', 'no-store');
      ctx.body = await (ticket ? visitors.facts(proven) : visitors.newFacts(proven));
    } catch (error) {
      const state = newcomerStateOf(error);
      if (!isScript && state) return seeOther(ctx, withNewcomerState(pageOf(ctx), state));
      if (isScript && error instanceof JoinRefused) throw new Problem(error.code, { detail: error.message });
      if (!(error instanceof ProofInvalid)) throw error;
      if (isScript) throw new Problem('proof_invalid', { detail: error.message });
      sendPage(ctx, 400, render(ctx.req, 'error', { code: error.code }));
    }
  };
}
