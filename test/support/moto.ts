/** The services of AWS that moto imitates: a server on 127.0.0.1, for the tests of what uses the SDK. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { freePort, listening } from './ports.ts';

const PROGRAM = resolve('node_modules/.cache/anteroom/moto/bin/moto_server');

export const hasMoto = existsSync(PROGRAM);

export interface Moto {
  readonly url: string;
  /** What the SDK needs to call it. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** The same as variables of the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Calls a service that has the JSON protocol. `target` is such as `AWSEvents.PutRule`. */
  call<T = Record<string, unknown>>(service: string, target: string, body: object): Promise<T>;
  stop(): Promise<void>;
}

const REGION = 'eu-west-1';

/** How long it may take on a busy machine until it listens, in ms: it loads many modules of Python. */
const STARTING = 60_000;

export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(PROGRAM, ['-H', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' });
  const ended = new Promise<void>((stopped) => server.once('exit', () => stopped()).once('error', () => stopped()));
  const stop = async () => {
    server.kill('SIGKILL');
    await ended;
  };
  await listening(port, STARTING).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    url,
    client: { endpoint: url, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
    env: { AWS_ENDPOINT_URL: url, AWS_REGION: REGION, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    async call<T>(service: string, target: string, body: object) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'Content-Type': `application/x-amz-json-1.${service === 'sqs' ? 0 : 1}`,
          'X-Amz-Target': target,
          Authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
        },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${target} was answered with ${answer.status}: ${text}`);
      return (text === '' ? {} : JSON.parse(text)) as T;
    },
    stop,
  };
}
