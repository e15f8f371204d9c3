// The authorization code flow with PKCE, in nginx's JavaScript. Each login is a cookie of its own, so tabs don't disturb
// each other. The session is a signed cookie that ends with the ID token. The prefix __Host- keeps other hosts of the
// domain from setting either. The settings are in nginx.conf.
// biome-ignore lint/style/useNodejsImportProtocol: njs has no names with node:
import hash from 'crypto';
// biome-ignore lint/style/useNodejsImportProtocol: njs has no names with node:
import querystring from 'querystring';

const SESSION = '__Host-session';
const LOGIN = '__Host-login-';
const COOKIE = '; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=';
/** A cookie carries the page's address, and so does the waiting page's address. */
const LONGEST_PAGE = 2000;
const SHORTEST_KEY = 32;

/** For auth_request: 204 if the visitor is inside, otherwise 401. */
function check(r) {
  const session = readSession(r);
  if (!session) return r.return(401);
  r.headersOut['X-Anteroom-Number'] = session.number;
  r.return(204);
}

/** Redirects a navigation to the line. Other requests get 401. */
function login(r) {
  const isNavigation = r.method === 'GET' && (r.headersIn.Accept || '').includes('text/html');
  if (!isNavigation) return r.return(401);
  const page = r.variables.request_uri.length > LONGEST_PAGE ? '/' : r.variables.request_uri;
  const state = random();
  const nonce = random();
  const verifier = random();
  const kept = [nonce, verifier, Buffer.from(page).toString('base64url')].join('.');
  r.headersOut['Set-Cookie'] = [`${LOGIN}${state}=${kept}${COOKIE}${r.variables.oidc_login_window}`];
  const query = querystring.stringify({
    response_type: 'code',
    scope: 'openid',
    client_id: r.variables.oidc_client_id,
    redirect_uri: redirectUri(r),
    state: state,
    nonce: nonce,
    code_challenge: hash.createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    // The login restarts there after a wait longer than the window.
    target_link_uri: r.variables.oidc_site + page,
  });
  redirect(r, `${r.variables.oidc_issuer}/authorize?${query}`);
}

async function callback(r) {
  const state = String(r.args.state);
  const kept = /^[0-9a-f]{64}$/.test(state) ? r.variables[`cookie_${LOGIN}${state}`] : undefined;
  if (!kept) return refuse(r, 'This login is over, or another browser began it.');
  const gone = `${LOGIN}${state}=${COOKIE}0`;
  r.headersOut['Set-Cookie'] = [gone];
  if (!r.args.code) return refuse(r, 'The login was refused.');
  // njs has no destructuring.
  const parts = kept.split('.');
  const page = Buffer.from(parts[2], 'base64url').toString();
  try {
    const claims = await redeem(r, String(r.args.code), parts[1]);
    if (claims.nonce !== parts[0]) throw new Error('the ID token has another nonce');
    r.headersOut['Set-Cookie'] = [gone, sessionCookie(r, claims)];
    // The site's own origin comes first, so an address that starts with two slashes stays on the site.
    redirect(r, r.variables.oidc_site + page);
  } catch (error) {
    r.error(`login: ${error.message}`);
    refuse(r, 'The login failed.');
  }
}

/** Ends the session here and, after the visitor's confirmation, the admission. */
function logout(r) {
  r.headersOut['Set-Cookie'] = [`${SESSION}=${COOKIE}0`];
  const query = querystring.stringify({
    client_id: r.variables.oidc_client_id,
    post_logout_redirect_uri: `${r.variables.oidc_site}/bye`,
  });
  redirect(r, `${r.variables.oidc_issuer}/end-session?${query}`);
}

/**
 * Exchanges the code and answers the ID token's claims. The token comes directly from the issuer, so the TLS
 * certificate replaces the check of the signature (OpenID Connect Core §3.1.3.7, 6).
 */
async function redeem(r, code, verifier) {
  const set = r.variables;
  const basic = Buffer.from(`${encodeURIComponent(set.oidc_client_id)}:${encodeURIComponent(set.oidc_client_secret)}`);
  const answer = await ngx.fetch(`${set.oidc_issuer}/token`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: `Basic ${basic.toString('base64')}`,
    },
    body: querystring.stringify({
      grant_type: 'authorization_code',
      code: code,
      redirect_uri: redirectUri(r),
      code_verifier: verifier,
    }),
  });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`the line answered ${answer.status} ${body}`);
  const claims = JSON.parse(Buffer.from(JSON.parse(body).id_token.split('.')[1], 'base64url').toString());
  const audience = [].concat(claims.aud);
  if (claims.iss !== set.oidc_issuer) throw new Error('the ID token is of another issuer');
  if (audience.length !== 1 || audience[0] !== set.oidc_client_id)
    throw new Error('the ID token is for another client');
  if (!(claims.exp > now())) throw new Error('the ID token has expired');
  return claims;
}

function sessionCookie(r, claims) {
  const session = `${claims.exp}.${claims.number}`;
  return `${SESSION}=${session}.${sign(r, session)}${COOKIE}${claims.exp - now()}`;
}

function readSession(r) {
  const parts = String(r.variables[`cookie_${SESSION}`]).split('.');
  // Compares signatures of signatures, so that the time it takes reveals nothing.
  const isOurs = sign(r, String(parts[2])) === sign(r, sign(r, `${parts[0]}.${parts[1]}`));
  return isOurs && Number(parts[0]) > now() ? { number: parts[1] } : null;
}

function sign(r, text) {
  if (r.variables.oidc_key.length < SHORTEST_KEY) throw new Error(`oidc_key is shorter than ${SHORTEST_KEY}`);
  return hash.createHmac('sha256', r.variables.oidc_key).update(text).digest('base64url');
}

function refuse(r, why) {
  r.headersOut['Content-Type'] = 'text/plain';
  r.return(403, `${why} Ask for the page again.\n`);
}

function redirect(r, url) {
  r.headersOut['Cache-Control'] = 'no-store';
  r.return(302, url);
}

const redirectUri = (r) => `${r.variables.oidc_site}/oauth2/callback`;
const now = () => Math.floor(Date.now() / 1000);
const random = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex');

export default { check, login, callback, logout };
