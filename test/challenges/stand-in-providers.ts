/** Stand-ins of the providers' verification, each as strict as the vendor's documentation. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProviderName } from '#waiting-room/entry/entry-settings.ts';

export interface StandInProviders {
  readonly verifyUrls: Readonly<Record<ProviderName, string>>;
  /** A token that is valid once. */
  issue(): string;
  /** Requests so far. */
  asked(): number;
  /** With a status, or not at all, until it is null again. */
  fail(how: number | 'hang' | null): void;
  close(): Promise<void>;
}

interface Keys {
  readonly secret: string;
  readonly siteKey: string;
}

interface Asked {
  readonly type: string;
  readonly key: string;
  readonly body: string;
}

type Answer = readonly [status: number, body: object];

export async function startProviders(keys: Keys): Promise<StandInProviders> {
  const tokens = new Set<string>();
  let asked = 0;
  let failing: number | 'hang' | null = null;
  const use = (token: string | null) => token !== null && tokens.delete(token);

  /** A form of secret and response, and nothing that the vendor does not know. */
  function siteverify({ type, body }: Asked, used: string, more: readonly string[] = []): Answer {
    if (type !== 'application/x-www-form-urlencoded') return [400, { success: false, 'error-codes': ['bad-request'] }];
    const form = new URLSearchParams(body);
    const unknown = [...form.keys()].filter((name) => !['secret', 'response', ...more].includes(name));
    if (unknown.length > 0) return [400, { success: false, 'error-codes': ['bad-request'] }];
    if (form.get('secret') !== keys.secret) return [200, { success: false, 'error-codes': ['invalid-input-secret'] }];
    if (more.includes('sitekey') && form.get('sitekey') !== keys.siteKey) {
      return [200, { success: false, 'error-codes': ['sitekey-secret-mismatch'] }];
    }
    return use(form.get('response')) ? [200, { success: true }] : [200, { success: false, 'error-codes': [used] }];
  }

  const vendors: Record<ProviderName, (request: Asked) => Answer> = {
    turnstile: (request) => siteverify(request, 'timeout-or-duplicate'),
    hcaptcha: (request) => siteverify(request, 'invalid-or-already-seen-response', ['sitekey', 'remoteip']),
    recaptcha: (request) => siteverify(request, 'timeout-or-duplicate', ['remoteip']),
    'friendly-captcha': ({ type, key, body }) => {
      const failed = (status: number, error_code: string): Answer => [
        status,
        { success: false, error: { error_code } },
      ];
      if (type !== 'application/json') return failed(400, 'bad_request');
      if (key !== keys.secret) return failed(401, 'auth_invalid');
      const { response, sitekey } = JSON.parse(body);
      if (sitekey !== keys.siteKey) return failed(400, 'sitekey_invalid');
      return use(response) ? [200, { success: true, data: {} }] : failed(200, 'response_duplicate');
    },
  };

  const server = createServer(async (req, res) => {
    asked += 1;
    const body = await textOf(req);
    if (failing === 'hang') return;
    const vendor = vendors[(req.url ?? '').slice(1) as ProviderName];
    const { 'content-type': type = '', 'x-api-key': key } = req.headers;
    const [status, answer] = failing === null ? vendor({ type, key: String(key), body }) : [failing, {}];
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    verifyUrls: {
      turnstile: `${url}/turnstile`,
      hcaptcha: `${url}/hcaptcha`,
      recaptcha: `${url}/recaptcha`,
      'friendly-captcha': `${url}/friendly-captcha`,
    },
    issue() {
      const token = randomBytes(40).toString('base64url');
      tokens.add(token);
      return token;
    },
    asked: () => asked,
    fail(how) {
      failing = how;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of req) text += chunk;
  return text;
}
