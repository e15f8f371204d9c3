// An Express application behind the line, with openid-client 6 and jose 6. Environment:
//   PORT, BASE_URL (https://shop.example), ISSUER (https://line.example), CLIENT_ID, CLIENT_SECRET,
//   SESSION_SECRET (32 random characters or more),
//   LOGIN_WINDOW (how long a login may take, in seconds; the same as login_window at Anteroom).
// Relying party at Anteroom: profile generic, redirect URI BASE_URL/callback, post-logout redirect URI BASE_URL/bye.
import { createHash } from 'node:crypto';
import express from 'express';
import { EncryptJWT, jwtDecrypt } from 'jose';
import * as oidc from 'openid-client';

const { PORT = '3000', BASE_URL, ISSUER, CLIENT_ID, CLIENT_SECRET, SESSION_SECRET, LOGIN_WINDOW = '600' } = process.env;

const REDIRECT_URI = `${BASE_URL}/callback`;
const SESSION = 'session';
const COOKIE = { httpOnly: true, sameSite: 'lax', secure: BASE_URL.startsWith('https:') };

const provider = await oidc.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
  execute: ISSUER.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
});
const app = express();

// Sessions and unfinished logins are sealed in cookies: a waiting visitor costs this application nothing.
const key = createHash('sha256').update(SESSION_SECRET).digest();

/** The content expires at `exp`, whatever the browser does, and is invalid in a cookie of another name. */
const seal = (name, content, exp) =>
  new EncryptJWT(content)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setAudience(name)
    .setExpirationTime(exp)
    .encrypt(key);

async function unseal(req, name) {
  const cookies = (req.get('cookie') ?? '').split('; ');
  const sealed = cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
  if (!sealed) return undefined;
  return jwtDecrypt(sealed, key, { audience: name }).then(
    ({ payload }) => payload,
    () => undefined,
  );
}

// One session for each visitor: cookies can be copied, and the newest login wins. By `sub`, when it was issued, in seconds.
// This map belongs to one process. Several processes need a shared store that drops entries older than an admission.
const newest = new Map();

async function sessionOf(req) {
  const session = await unseal(req, SESSION);
  return session && session.issued >= (newest.get(session.visitor) ?? 0) ? session : undefined;
}

// A cookie for each login, so that two tabs do not disturb each other.
const loginCookie = (state) => `login_${state}`;

async function beginLogin(req, res) {
  // A script cannot wait in line.
  if ((req.get('sec-fetch-mode') ?? 'navigate') !== 'navigate') return res.sendStatus(401);
  const page = BASE_URL + req.originalUrl;
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const verifier = oidc.randomPKCECodeVerifier();
  const end = Math.floor(Date.now() / 1000) + Number(LOGIN_WINDOW);
  const name = loginCookie(state);
  const maxAge = Number(LOGIN_WINDOW) * 1000;
  res.cookie(name, await seal(name, { page, nonce, verifier }, end), { ...COOKIE, path: '/callback', maxAge });
  const parameters = {
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    // After a wait longer than LOGIN_WINDOW the login restarts here, and passes at once.
    target_link_uri: page,
  };
  return res.redirect(oidc.buildAuthorizationUrl(provider, parameters).href);
}

/** A link and not a redirect: if cookies are refused, redirects would loop. */
const sayAgain = (res, status) =>
  res.status(status).send('<p>This login did not work. <a href="/">Continue to the shop</a></p>');

app.get('/callback', async (req, res) => {
  const name = loginCookie(req.query.state);
  const login = await unseal(req, name);
  if (!login) return sayAgain(res, 400);
  res.clearCookie(name, { ...COOKIE, path: '/callback' });
  try {
    const tokens = await oidc.authorizationCodeGrant(provider, new URL(BASE_URL + req.originalUrl), {
      expectedState: req.query.state,
      expectedNonce: login.nonce,
      pkceCodeVerifier: login.verifier,
    });
    // The session ends with the ID token, which ends with the admission.
    const { sub: visitor, iat: issued, exp, number } = tokens.claims();
    newest.set(visitor, issued);
    res.cookie(SESSION, await seal(SESSION, { visitor, issued, number, idToken: tokens.id_token }, exp), COOKIE);
    return res.redirect(login.page);
  } catch (error) {
    console.error('login failed: %j', error.error ?? error.code ?? error.name);
    return sayAgain(res, 502);
  }
});

// A logout ends the admission too, and frees the place.
app.get('/logout', async (req, res) => {
  const session = await unseal(req, SESSION);
  res.clearCookie(SESSION, COOKIE);
  const back = { post_logout_redirect_uri: `${BASE_URL}/bye` };
  res.redirect(oidc.buildEndSessionUrl(provider, session ? { ...back, id_token_hint: session.idToken } : back).href);
});

app.get('/bye', (_req, res) => {
  res.type('text').send('Good bye.');
});

// Every other page is for admitted visitors.
app.get('/{*page}', async (req, res) => {
  const session = await sessionOf(req);
  if (!session) return beginLogin(req, res);
  return res.type('text').send(`inside with number ${session.number}`);
});

app.listen(Number(PORT));
