/** What a waiting page's pending request says about its login. */
import type { PendingRequest } from '#pages/waiting/address.ts';
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
