/**
 * Requests without the SDK's middleware, which takes several times as long as the request. They go to where the SDK sent
 * its last request, with the SDK's credentials. Items are written through the SDK where the refusal is neither of the
 * condition nor transient: it may refresh credentials or correct its clock.
 */
import { type Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, type Agent as TlsAgent } from 'node:https';
import {
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { isTransient, nameOf } from './errors.ts';
import { createSigner } from './signature.ts';
import type { Item } from './values.ts';

export interface DirectRequestDeps {
  readonly sdk: DynamoDBClient;
  readonly agents: { readonly http: Agent; readonly https: TlsAgent };
}

export interface DirectRequests {
  /** Rejects as the SDK does: with an error of DynamoDB's name and its status, or without a status where nothing answers. */
  put(input: PutItemCommandInput, abortSignal: AbortSignal): Promise<unknown>;
  /** The same for an update that returns no values. */
  update(input: UpdateItemCommandInput, abortSignal: AbortSignal): Promise<unknown>;
  /**
   * One attempt at another operation. Its input has no bytes, and the answer is JSON. Rejects as `put` does, and where
   * the SDK has not sent a request yet.
   */
  send(operation: string, input: object, abortSignal: AbortSignal): Promise<unknown>;
}

/** Where requests go, as a signed one of the SDK shows. */
interface Target {
  readonly isPlain: boolean;
  readonly hostname: string;
  readonly port: number | undefined;
  /** The header. */
  readonly host: string;
  readonly region: string;
}

const SIGNED = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d+\/([^/]+)\/dynamodb\//;

export function createDirectRequests({ sdk, agents }: DirectRequestDeps): DirectRequests {
  const authorizationOf = createSigner();
  let target: Target | null = null;
  sdk.middlewareStack.add(
    (next) => (args) => {
      target = targetOf(args.request as SignedRequest);
      return next(args);
    },
    { step: 'deserialize', priority: 'low', name: 'seenTarget' },
  );
  async function headersOf({ host, region }: Target, operation: string, body: string) {
    const credentials = await sdk.config.credentials();
    const time = new Date(Date.now() + sdk.config.systemClockOffset).toISOString();
    const headers: Record<string, string> = {
      host,
      'x-amz-date': `${time.slice(0, 19).replace(/[-:]/g, '')}Z`,
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken;
    const Authorization = authorizationOf({ headers, body, region, credentials });
    const length = Buffer.byteLength(body);
    return { ...headers, Authorization, 'Content-Type': 'application/x-amz-json-1.0', 'Content-Length': length };
  }

  /** Resolves to the answer's text. */
  async function request(to: Target, operation: string, body: string, signal: AbortSignal): Promise<string> {
    const headers = await headersOf(to, operation, body);
    const { isPlain, hostname, port } = to;
    return new Promise((resolve, reject) => {
      const where = { hostname, port, path: '/', method: 'POST', headers, signal };
      const sent = isPlain
        ? requestHttp({ ...where, agent: agents.http })
        : requestHttps({ ...where, agent: agents.https });
      sent.on('error', reject);
      sent.on('response', (answer) => {
        answer.on('error', reject);
        read(answer, (text) => (answer.statusCode === 200 ? resolve(text) : reject(refusalOf(answer, text))));
      });
      sent.end(body);
    });
  }

  async function write(
    operation: string,
    { input, values = {} }: { readonly input: object; readonly values: Item | undefined },
    abortSignal: AbortSignal,
    throughSdk: () => Promise<unknown>,
  ): Promise<unknown> {
    if (!target || hasBytes(values)) return throughSdk();
    try {
      return await request(target, operation, JSON.stringify(input), abortSignal);
    } catch (error) {
      if (nameOf(error) === 'ConditionalCheckFailedException' || isTransient(error)) throw error;
      return throughSdk();
    }
  }

  return {
    put: (input, abortSignal) =>
      write('PutItem', { input, values: input.Item }, abortSignal, () =>
        sdk.send(new PutItemCommand(input), { abortSignal }),
      ),
    update: (input, abortSignal) =>
      write('UpdateItem', { input, values: input.ExpressionAttributeValues }, abortSignal, () =>
        sdk.send(new UpdateItemCommand(input), { abortSignal }),
      ),
    async send(operation, input, abortSignal) {
      if (!target) throw new Error('the SDK has not sent a request yet');
      return JSON.parse(await request(target, operation, JSON.stringify(input), abortSignal));
    },
  };
}

interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Null where requests are not signed as {@link createSigner} does it. */
function targetOf({ protocol, hostname, port, path, headers }: SignedRequest): Target | null {
  const [, region] = SIGNED.exec(headers.authorization ?? '') ?? [];
  if (!region || path !== '/') return null;
  const host = headers.host ?? (port === undefined ? hostname : `${hostname}:${port}`);
  return { isPlain: protocol === 'http:', hostname, port, host, region };
}

/** Bytes are base64 in JSON, which the SDK does. */
function hasBytes(values: Item): boolean {
  return Object.values(values).some(({ B: bytes }) => bytes !== undefined);
}

function read(answer: IncomingMessage, done: (text: string) => void): void {
  const parts: Buffer[] = [];
  answer.on('data', (part: Buffer) => parts.push(part));
  answer.on('end', () => done(Buffer.concat(parts).toString()));
}

function refusalOf({ statusCode }: IncomingMessage, text: string): Error {
  const { name, message } = problemIn(text);
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: statusCode } });
}

function problemIn(text: string): { readonly name: string; readonly message: string } {
  try {
    const { __type: type = '', message = '' } = JSON.parse(text) as { __type?: string; message?: string };
    return { name: type.split('#').at(-1) ?? '', message };
  } catch {
    return { name: 'UnknownError', message: 'an answer that is not JSON' };
  }
}
