/** What a waiting page's pending request says about its login. */
import type { PendingRequest } from '#pages/waiting/address.ts';
import { memoizeRecent } from '#waiting-room/memoize-recent.ts';
import { webHostOf } from '../redirect-uri.ts';
import { asksForLogin } from './login-due.ts';
import type { PushedRequests } from './pushed-requests.ts';
import type { AbandonedRequest } from './restart-login.ts';

export interface PendingLogin {
  readonly clientId: string;
  /** Without the parameters of a stored request, which the store has. */
  readonly request: URLSearchParams;
}

export type DescribePending = (pending: PendingRequest) => PendingLogin;

export function createDescribePending(pushedRequests: Pick<PushedRequests, 'open'>): DescribePending {
  const describe: DescribePending = (pending) => {
    if (pending.kind === 'stored') return { clientId: pending.clientId, request: new URLSearchParams() };
    const request = new URLSearchParams(pending.query);
    const clientId = request.get('client_id') ?? '';
    const pushed = pushedRequests.open(clientId, request.get('request_uri') ?? '');
    return { clientId, request: pushed ? new URLSearchParams(pushed.query) : request };
  };
  /** A page asks several questions about one pending request. */
  let last: { readonly pending: PendingRequest; readonly login: PendingLogin } | null = null;

  return (pending) => {
    if (last?.pending !== pending) last = { pending, login: describe(pending) };
    return last.login;
  };
}

/** What each waiting page asks about its pending request. */
export interface ShownLogin {
  /** Whether the login may need a new authentication. */
  readonly mayAsk: boolean;
  /** The host of the website that the visitor continues to. */
  readonly site: string | null;
}

/** Parameters that may ask for a login, or contain others. An address spells their names like this (`address-query.ts`). */
const ASKING = ['prompt=', 'max_age=', 'request_uri='] as const;
const REDIRECT_URI = /(?:^|&)redirect_uri=([^&]*)/;

/** Redirect URIs, as requests spell them, whose host a process remembers: those of its relying parties. */
const RECENT = 100;
const sites = memoizeRecent((spelled) => webHostOf(new URLSearchParams(`uri=${spelled}`).get('uri')), RECENT);

/** Nearly all requests show it without a parser of queries, which takes ten times as long. */
export function createShownLogin(describePending: DescribePending): (pending: PendingRequest) => ShownLogin {
  const read = (pending: PendingRequest): ShownLogin => {
    if (pending.kind === 'travelling' && !ASKING.some((name) => pending.query.includes(name))) {
      return { mayAsk: false, site: sites.get(REDIRECT_URI.exec(pending.query)?.[1] ?? '') };
    }
    const { request } = describePending(pending);
    const mayAsk = pending.kind === 'stored' || asksForLogin(request.get('prompt'), request.get('max_age'));
    return { mayAsk, site: webHostOf(request.get('redirect_uri')) };
  };
  /** A page asks twice. */
  let last: { readonly pending: PendingRequest; readonly shown: ShownLogin } | null = null;

  return (pending) => {
    if (last?.pending !== pending) last = { pending, shown: read(pending) };
    return last.shown;
  };
}

/** The parameters of a stored request. */
export function storedRequest(params: Record<string, unknown> = {}): URLSearchParams {
  const texts = Object.entries(params).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' || typeof value === 'number' ? [[name, `${value}`]] : [],
  );
  return new URLSearchParams(texts);
}

export function abandoned(request: URLSearchParams): AbandonedRequest {
  const get = (name: string) => request.get(name) ?? undefined;
  return {
    redirectUri: get('redirect_uri'),
    state: get('state'),
    targetLinkUri: get('target_link_uri'),
    page: get('anteroom_page'),
  };
}
