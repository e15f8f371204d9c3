/**
 * The four calls of AWS's clients through bare node:http, with one command of Redis each. The token has three RS256
 * signatures, as AWS's answer has.
 *
 * Environment: PORT, REDIS_URL, and KEY, a private key as a JWK.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { importJWK, SignJWT } from 'jose';

const { PORT, REDIS_URL, KEY } = process.env;
const redis = new Redis(REDIS_URL ?? '');
const jwk = JSON.parse(KEY ?? '') as { kid: string };
const key = await importJWK(jwk, 'RS256');
const SECONDS = 3600;

async function bodyOf(req: IncomingMessage): Promise<{ request_id?: string }> {
  let text = '';
  for await (const part of req) text += part;
  return JSON.parse(text);
}

function sign(use: string, sub: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: 'Sample', sub, queue_position: 1, token_use: use, iat: now, nbf: now, exp: now + SECONDS };
  return new SignJWT({ ...claims, iss: 'http://127.0.0.1' })
    .setProtectedHeader({ alg: 'RS256', kid: jwk.kid })
    .sign(key);
}

/** Each call by the beginning of its path. */
const CALLS: readonly [path: string, answer: (req: IncomingMessage) => Promise<object>][] = [
  [
    '/assign_queue_num',
    async (req) => {
      await bodyOf(req);
      await redis.incr('queue');
      return { api_request_id: randomUUID() };
    },
  ],
  [
    '/queue_num',
    async () => {
      const queue_number = Number(await redis.get('queue'));
      return { queue_number, entry_time: Math.floor(Date.now() / 1000), event_id: 'Sample', status: 1 };
    },
  ],
  ['/serving_num', async () => ({ serving_counter: (await redis.get('serving')) ?? '0' })],
  [
    '/generate_token',
    async (req) => {
      const { request_id: sub = '' } = await bodyOf(req);
      await redis.set(`token:${sub}`, Date.now(), 'EX', SECONDS);
      const [access_token, id_token, refresh_token] = await Promise.all(
        ['access', 'id', 'refresh'].map((use) => sign(use, sub)),
      );
      return { access_token, refresh_token, id_token, token_type: 'Bearer', expires_in: SECONDS };
    },
  ],
];

async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const [, answer] = CALLS.find(([path]) => req.url?.startsWith(path)) ?? [];
  if (!answer) return void res.writeHead(404).end();
  const body = JSON.stringify(await answer(req));
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  res.writeHead(200, { ...headers, 'Access-Control-Allow-Origin': '*' }).end(body);
}

createServer((req, res) => {
  serve(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)));
}).listen(Number(PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit());
