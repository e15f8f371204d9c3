import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import type { Outbound, OutboundAnswer } from '#outbound/index.ts';
import { clientId } from '#settings/fields.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { type Sentence, type SentenceValues, sentence } from '#waiting-room/sentence.ts';
import type { OperationsFor } from './operations-for.ts';
import { reach, whyUnreached } from './preflight/reach.ts';
import type { SayTo } from './say-to.ts';

const CHECKS = ['discovery', 'redirect_uri', 'login_start'] as const;
const RESULTS = ['pass', 'warn', 'fail'] as const;

export interface PartyCheck {
  readonly check: (typeof CHECKS)[number];
  readonly result: (typeof RESULTS)[number];
  /** What is so, and what to do. */
  readonly words: Sentence;
}

type Asker = Pick<Outbound, 'send'>;

const TIMEOUT = 5_000;
/** Of a discovery document, in bytes. */
const LONGEST = 64 * 1024;
/** Redirect URIs that are looked at: a relying party has few. */
const MOST_URIS = 10;

const of = (
  check: PartyCheck['check'],
  result: PartyCheck['result'],
  key: string,
  values: SentenceValues,
): PartyCheck => ({
  ...{ check, result, words: sentence(`party_test.says.${key}`, values) },
});
const request = () => ({ signal: AbortSignal.timeout(TIMEOUT) });
const isWeb = (uri: string) => /^https?:/.test(uri);

/** Whether the public URL answers with this service's metadata, as a relying party would ask for it. */
export async function checkDiscovery(outbound: Asker, issuer: string): Promise<PartyCheck> {
  const url = `${issuer}/.well-known/openid-configuration`;
  try {
    const answer = await outbound.send(issuer, { url: new URL(url), ...request() });
    if (!answer.ok) {
      answer.discard();
      return of('discovery', 'fail', 'metadata_status', { url, status: answer.status });
    }
    const named = issuerIn(await answer.text(LONGEST).catch(() => ''));
    if (named === null) return of('discovery', 'fail', 'no_metadata', { url });
    return named === issuer
      ? of('discovery', 'pass', 'issuer', { url, issuer })
      : of('discovery', 'fail', 'other_issuer', { url, issuer, named: named.slice(0, 200) });
  } catch (error) {
    // Some networks do not let a service reach its own public URL.
    return of('discovery', 'warn', 'metadata_unreached', { url, why: whyUnreached(error) });
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
  if (!isWeb(uri)) return of('redirect_uri', 'pass', 'app', { uri });
  const reached = await reach(outbound, uri);
  switch (reached.state) {
    case 'untrusted':
      return of('redirect_uri', 'fail', 'certificate', { uri, code: reached.code });
    case 'unreached':
      return of('redirect_uri', 'warn', 'unreached', { url: uri, why: reached.why });
    case 'reached':
      // Without a code, a relying party answers with an error of its own, or begins a login.
      if (reached.status === 404) return of('redirect_uri', 'warn', 'not_found', { uri });
      return reached.status >= 502
        ? of('redirect_uri', 'warn', 'not_up', { uri, status: reached.status })
        : of('redirect_uri', 'pass', 'answers', { uri });
  }
}

const redirectOf = ({ location }: OutboundAnswer, page: string) =>
  location === null ? null : URL.parse(location, page);

/** Whether the page that visitors come to begins a login here, with what is registered. */
async function checkLoginStart(outbound: Asker, party: RelyingParty, issuer: string): Promise<PartyCheck> {
  const { landing_url: page, client_id, redirect_uris } = party;
  if (page === null) return of('login_start', 'warn', 'no_landing', {});
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
      return target
        ? of('login_start', 'warn', 'redirects', { page, target: `${target.origin}${target.pathname}` })
        : of('login_start', 'warn', 'no_login', { page, status: answer.status });
    }
    const [client, uri] = [target.searchParams.get('client_id'), target.searchParams.get('redirect_uri')];
    if (client !== client_id)
      return of('login_start', 'fail', 'other_client', { page, client: client ?? '', expected: client_id });
    if (uri !== null && !redirect_uris.includes(uri)) return of('login_start', 'fail', 'other_uri', { page, uri });
    return of('login_start', 'pass', 'begins', { page });
  } catch (error) {
    return of('login_start', 'warn', 'unreached', { url: page, why: whyUnreached(error) });
  }
}

export interface RelyingPartyTestDeps {
  readonly operationsFor: OperationsFor;
  readonly sayTo: SayTo;
  /** The public URL. */
  readonly issuer: string;
  readonly outbound: Asker;
}

/** Asks what can be asked without a visitor. A rehearsal is the login itself. */
export function relyingPartyTestRoutes({ operationsFor, sayTo, issuer, outbound }: RelyingPartyTestDeps): Route[] {
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
        const found = await Promise.all([
          checkDiscovery(outbound, issuer),
          ...party.redirect_uris.slice(0, MOST_URIS).map((uri) => checkRedirectUri(outbound, uri)),
          checkLoginStart(outbound, party, issuer),
        ]);
        const say = sayTo(ctx);
        const checks = found.map((check) => ({ ...check, words: say(check.words) }));
        return { status: 200, body: { client_id: party.client_id, checks } };
      },
    }),
  ];
}
