/**
 * Bare oidc-provider as a process: its defaults, a plain Redis adapter, one static client. Its login is an interaction: a
 * small page by GET, and a POST that finishes it with an account and a grant.
 *
 * Environment: PORT, REDIS_URL, and SETUP with `{ jwks, cookieKeys, clientId, clientSecret, redirectUri, idTokenAlgorithm }`
 * as JSON.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import type { JWKS, SigningAlgorithmWithNone } from 'oidc-provider';
import Provider from 'oidc-provider';
import { createRedisAdapters } from './redis-adapter.ts';

interface Setup {
  readonly jwks: JWKS;
  readonly cookieKeys: string[];
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly idTokenAlgorithm: SigningAlgorithmWithNone;
}

const { PORT, REDIS_URL, SETUP } = process.env;
const { jwks, cookieKeys, clientId, clientSecret, redirectUri, idTokenAlgorithm } = JSON.parse(SETUP ?? '') as Setup;

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  adapter: createRedisAdapters(new Redis(REDIS_URL ?? '')),
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
      id_token_signed_response_alg: idTokenAlgorithm,
    },
  ],
  jwks,
  cookies: { keys: cookieKeys },
  features: { devInteractions: { enabled: false } },
  findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  ttl: { AccessToken: 600, IdToken: 600, AuthorizationCode: 60, Grant: 86_400, Session: 86_400, Interaction: 86_400 },
});

async function showInteraction(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { uid, prompt } = await provider.interactionDetails(req, res);
  const page = `<!doctype html><title>Log in</title><h1>${prompt.name}</h1><form method="post"><button>Go on</button></form><p>${uid}</p>`;
  res
    .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(page) })
    .end(page);
}

async function finishInteraction(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { params } = await provider.interactionDetails(req, res);
  const accountId = randomUUID();
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) });
  grant.addOIDCScope(String(params.scope));
  const grantId = await grant.save();
  await provider.interactionFinished(req, res, { login: { accountId }, consent: { grantId } });
}

const serveProvider = provider.callback();

createServer((req, res) => {
  if (!req.url?.startsWith('/interaction/')) {
    void serveProvider(req, res);
    return;
  }
  req.resume();
  const serve = req.method === 'POST' ? finishInteraction : showInteraction;
  serve(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)));
}).listen(Number(PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit());
