/** Requests that a relying party pushes (RFC 9126). */
import { type Login, type LoginOptions, SECRET, startLogin } from '#support/relying-party.ts';

export interface Pushed {
  readonly login: Login;
  readonly requestUri: string;
  /** Where the browser goes. */
  readonly url: string;
}

/** Sends a login's request to /par. The relying party `app` has no secret. */
export async function sendPush(issuer: string, options: LoginOptions = {}) {
  const { clientId = 'shop' } = options;
  const login = await startLogin(issuer, options);
  const { searchParams } = new URL(login.url);
  if (clientId !== 'app') searchParams.set('client_secret', SECRET);
  const answer = await fetch(`${issuer}/par`, { method: 'POST', body: searchParams });
  return { login, answer, body: (await answer.json()) as Record<string, unknown> };
}

/** Pushes a request that is accepted. */
export async function push(issuer: string, options: LoginOptions = {}): Promise<Pushed> {
  const { clientId = 'shop' } = options;
  const { login, answer, body } = await sendPush(issuer, options);
  if (answer.status !== 201) throw new Error(`pushed: ${answer.status} ${JSON.stringify(body)}`);
  const requestUri = String(body.request_uri);
  const query = new URLSearchParams({ client_id: clientId, request_uri: requestUri });
  return { login, requestUri, url: `${issuer}/authorize?${query}` };
}
