/** A stand-in for a push service (RFC 8030) and the browsers that it knows: it opens what is sent to them (RFC 8291). */
import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwtVerify } from 'jose';

export interface Pushed {
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: what the service says to its own worker.
  readonly message: any;
}

export interface PushService {
  readonly origin: string;
  /** What it accepted. */
  readonly received: Pushed[];
  /** How many requests there were. */
  readonly requests: () => number;
  /** What it does with a request before it answers with a status. */
  answer: (path: string) => number | Promise<number>;
  /** The subscription of another browser. */
  subscribe(): { readonly endpoint: string; readonly keys: { readonly p256dh: string; readonly auth: string } };
  close(): Promise<void>;
}

/** @param vapidKey the public key that every browser subscribes with. */
export async function startPushService(vapidKey: string): Promise<PushService> {
  const browsers = new Map<string, { readonly pair: ECDH; readonly auth: Buffer }>();
  const received: Pushed[] = [];
  let requests = 0;
  const server = createServer(async (req, res) => {
    requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
    const { url = '', headers } = req;
    const browser = browsers.get(url);
    const status = browser ? await service.answer(url) : 404;
    if (browser && status === 201) {
      await verifyVapid(headers.authorization ?? '');
      const { pair, auth } = browser;
      received.push({ headers, message: JSON.parse(decrypt(Buffer.concat(chunks), pair, auth)) });
    }
    res.writeHead(status).end();
  });

  /** RFC 8292 §3: the token, and the key that signed it. */
  async function verifyVapid(authorization: string): Promise<void> {
    const [, token = '', key = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(authorization) ?? [];
    if (key !== vapidKey) throw new Error('another key');
    const point = Buffer.from(key, 'base64url');
    const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
    const jwk = { kty: 'EC', crv: 'P-256', x, y };
    await jwtVerify(token, createPublicKey({ key: jwk, format: 'jwk' }), { audience: service.origin });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const service: PushService = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    requests: () => requests,
    answer: () => 201,
    subscribe() {
      const [pair, auth] = [createECDH('prime256v1'), randomBytes(16)];
      const p256dh = pair.generateKeys('base64url');
      const path = `/push/${randomBytes(12).toString('base64url')}`;
      browsers.set(path, { pair, auth });
      return { endpoint: service.origin + path, keys: { p256dh, auth: auth.toString('base64url') } };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return service;
}

/** RFC 8291 §3.4 and RFC 8188 §2, of one record. */
function decrypt(body: Buffer, pair: ECDH, auth: Buffer): string {
  const [salt, length] = [body.subarray(0, 16), body.readUInt8(20)];
  const sender = body.subarray(21, 21 + length);
  const sealed = body.subarray(21 + length);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), pair.getPublicKey(), sender]);
  const secret = Buffer.from(hkdfSync('sha256', pair.computeSecret(sender), auth, info, 32));
  const derive = (name: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${name}\0`, bytes));
  const opener = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  opener.setAuthTag(sealed.subarray(-16));
  const padded = Buffer.concat([opener.update(sealed.subarray(0, -16)), opener.final()]);
  return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
}
