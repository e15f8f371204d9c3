/** A confidential relying party with PKCE and a nonce, made cheap: all logins share one verifier. */
import { createHash } from 'node:crypto';
import { CLIENT } from '../stand.ts';
import { bodyOf } from './browser.ts';
import type { Connection } from './connection.ts';

const VERIFIER = 'a-code-verifier-that-has-to-have-forty-three-characters';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const BASIC = `Authorization: Basic ${btoa(`${CLIENT.id}:${CLIENT.secret}`)}\r\n`;

export type IdTokenAlgorithm = 'RS256' | 'ES256';

let logins = 0;

/** A new authorization request to the endpoint at `path`. */
export function authorizationRequest(path: string): string {
  const login = ++logins;
  const parameters = new URLSearchParams({
    client_id: CLIENT.id,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: CLIENT.redirectUri,
    state: `state-${login}`,
    nonce: `nonce-${login}`,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  return `${path}?${parameters}`;
}

/** Exchanges the code from the redirect URI, then requests userinfo. */
export async function finishLogin(
  connection: Connection,
  host: string,
  at: { readonly token: string; readonly userinfo: string; readonly algorithm: IdTokenAlgorithm },
  callback: string,
): Promise<void> {
  const code = new URL(callback).searchParams.get('code');
  if (!code) throw new Error(`the redirect has no code: ${callback}`);
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: CLIENT.redirectUri,
    code_verifier: VERIFIER,
  }).toString();
  const tokens = await connection.send(
    `POST ${at.token} HTTP/1.1\r\nHost: ${host}\r\n${BASIC}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
  );
  const { access_token, id_token } = JSON.parse(bodyOf(tokens)) as { access_token?: string; id_token?: string };
  if (!access_token || !id_token) throw new Error(`no tokens: ${tokens.body}`);
  const [header = ''] = id_token.split('.', 1);
  const { alg } = JSON.parse(atob(header)) as { alg?: string };
  if (alg !== at.algorithm) throw new Error(`the ID token is signed with ${alg}, not ${at.algorithm}`);
  const info = await connection.send(
    `GET ${at.userinfo} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${access_token}\r\n\r\n`,
  );
  if (!bodyOf(info).includes('"sub"')) throw new Error(`no user: ${info.body}`);
}
