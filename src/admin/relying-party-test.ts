import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import type { Outbound, OutboundAnswer } from '#outbound/index.ts';
import { clientId } from '#settings/fields.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { OperationsFor } from './operations-for.ts';
import { reach } from './preflight/reach.ts';

const CHECKS = ['discovery', 'redirect_uri', 'login_start'] as const;
const RESULTS = ['pass', 'warn', 'fail'] as const;

export interface PartyCheck {
  readonly check: (typeof CHECKS)[number];
  readonly result: (typeof RESULTS)[number];
  /** What is so, and what to do. */
  readonly words: string;
}

type Asker = Pick<Outbound, 'send'>;

const TIMEOUT = 5_000;
/** Of a discovery document, in bytes. */
const LONGEST = 64 * 1024;
/** Redirect URIs that are looked at: a relying party has few. */
const MOST_URIS = 10;

const of = (check: PartyCheck['check'], result: PartyCheck['result'], words: string): PartyCheck => ({
  ...{ check, result, words },
});
const whyOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
const request = () => ({ signal: AbortSignal.timeout(TIMEOUT) });
const isWeb = (uri: string) => /^https?:/.test(uri);

/** Whether the public URL answers with this service's metadata, as a relying party would ask for it. */
export async function checkDiscovery(outbound: Asker, issuer: string): Promise<PartyCheck> {
  const url = `${issuer}/.well-known/openid-configuration`;
  try {
    const answer = await outbound.send(issuer, { url: new URL(url), ...request() });
    if (!answer.ok) {
      answer.discard();
      return of('discovery', 'fail', `${url} answers with status ${answer.status}. Does the proxy pass it on?`);
    }
    const named = issuerIn(await answer.text(LONGEST).catch(() => ''));
    if (named === null)
      return of('discovery', 'fail', `${url} answers with something other than metadata. Does the proxy pass it on?`);
    return named === issuer
      ? of('discovery', 'pass', `${url} answers with the issuer ${issuer}.`)
      : of('discovery', 'fail', `${url} answers with the issuer ${named.slice(0, 200)}, not ${issuer}.`);
  } catch (error) {
    // Some networks do not let a service reach its own public URL.
    return of('discovery', 'warn', `This process cannot reach ${url}: ${whyOf(error)}. Try it from the relying party.`);
  }
}

/** Null for what is no metadata of a provider, such as a page. */
function issuerIn(text: string): string | null {
  try {
    const found: unknown = JSON.parse(text);
    const issuer = typeof found === 'object' && found !== null ? Reflect.get(found, 'issuer') : null;
    return typeof issuer === 'string' ? issuer : null;
  } catch {
    return null;
  }
}

async function checkRedirectUri(outbound: Asker, uri: string): Promise<PartyCheck> {
  if (!isWeb(uri)) return of('redirect_uri', 'pass', `${uri} belongs to an app, and cannot be asked.`);
  const reached = await reach(outbound, uri);
  switch (reached.state) {
    case 'untrusted':
      return of('redirect_uri', 'fail', `The certificate of ${uri} is not valid (${reached.code}).`);
    case 'unreached':
      return of('redirect_uri', 'warn', `This process cannot reach ${uri}: ${reached.reason}.`);
    case 'reached':
      // Without a code, a relying party answers with an error of its own, or begins a login.
      if (reached.status === 404)
        return of('redirect_uri', 'warn', `${uri} answers 404: does the relying party serve it?`);
      return reached.status >= 502
        ? of('redirect_uri', 'warn', `${uri} answers with status ${reached.status}: the relying party is not up.`)
        : of('redirect_uri', 'pass', `${uri} answers.`);
  }
}

const redirectOf = ({ location }: OutboundAnswer, page: string) =>
  location === null ? null : URL.parse(location, page);

/** Whether the page that visitors come to begins a login here, with what is registered. */
async function checkLoginStart(outbound: Asker, party: RelyingParty, issuer: string): Promise<PartyCheck> {
  const { landing_url: page, client_id, redirect_uris } = party;
  if (page === null) return of('login_start', 'warn', 'landing_url is not set, so no page can be asked for a login.');
  const isLogin = ({ origin, pathname }: URL) => `${origin}${pathname}` === `${issuer}/authorize`;
  try {
    let answer = await outbound.send(page, request());
    answer.discard();
    let target = redirectOf(answer, page);
    // Many relying parties begin the login at an address of their own, such as /oauth2/start.
    if (target && !isLogin(target) && target.origin === new URL(page).origin) {
      const start = target;
      answer = await outbound.send(page, { url: start, ...request() });
      answer.discard();
      target = redirectOf(answer, start.href);
    }
    if (!target || !isLogin(target)) {
      const what = target ? `redirects to ${target.origin}${target.pathname}` : `answers with status ${answer.status}`;
      return of('login_start', 'warn', `${page} ${what}, and begins no login here. Is it behind the relying party?`);
    }
    const [client, uri] = [target.searchParams.get('client_id'), target.searchParams.get('redirect_uri')];
    if (client !== client_id)
      return of('login_start', 'fail', `${page} begins a login as client ${client}, not ${client_id}.`);
    if (uri !== null && !redirect_uris.includes(uri))
      return of('login_start', 'fail', `${page} begins a login with redirect_uri ${uri}, which is not registered.`);
    return of('login_start', 'pass', `${page} begins a login here, with a registered redirect URI.`);
  } catch (error) {
    return of('login_start', 'warn', `This process cannot reach ${page}: ${whyOf(error)}.`);
  }
}

export interface RelyingPartyTestDeps {
  readonly operationsFor: OperationsFor;
  /** The public URL. */
  readonly issuer: string;
  readonly outbound: Asker;
}

/** Asks what can be asked without a visitor. A rehearsal is the login itself. */
export function relyingPartyTestRoutes({ operationsFor, issuer, outbound }: RelyingPartyTestDeps): Route[] {
  return [
    route({
      method: 'post',
      path: '/relying-parties/:client_id/test',
      operationId: 'testRelyingParty',
      role: 'operator',
      summary: 'Look whether discovery, the redirect URIs and the landing page of a relying party answer',
      params: z.object({ client_id: clientId }),
      response: {
        200: {
          description: 'The checks',
          schema: z
            .object({
              client_id: z.string(),
              checks: z.array(
                z.object({
                  check: z.enum(CHECKS),
                  result: z.enum(RESULTS),
                  words: z.string().describe('What is so, and what to do.'),
                }),
              ),
            })
            .meta({ id: 'RelyingPartyTest' }),
        },
      },
      problems: ['relying_party_not_found'],
      async handle({ params, ctx }) {
        const party = await operationsFor(ctx).relyingParty(params.client_id);
        const checks = await Promise.all([
          checkDiscovery(outbound, issuer),
          ...party.redirect_uris.slice(0, MOST_URIS).map((uri) => checkRedirectUri(outbound, uri)),
          checkLoginStart(outbound, party, issuer),
        ]);
        return { status: 200, body: { client_id: party.client_id, checks } };
      },
    }),
  ];
}
