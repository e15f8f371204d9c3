/** An HTTP proxy before DynamoDB that throttles, hangs or is unavailable, as the test says. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * `throttle`: refuses, with the work undone. `lose`: does the work, and refuses all the same. `hang`: never answers.
 * `unknown`: does not know the operation.
 */
export type Trouble = 'throttle' | 'lose' | 'hang' | 'away' | 'unknown';

export interface ThrottlingProxy {
  readonly endpoint: string;
  /** The operations that were asked for, such as PutItem. */
  readonly asked: string[];
  /** How long each answer is kept back, in ms. */
  delay: number;
  /** What becomes of the next requests: null where they pass. */
  trouble(kind: Trouble | null, matches?: (operation: string, body: string) => boolean): void;
  close(): Promise<void>;
}

export async function startThrottlingProxy(to: string): Promise<ThrottlingProxy> {
  let trouble: Trouble | null = null;
  let matches = (_operation: string, _body: string) => true;
  const asked: string[] = [];
  const { hostname, port } = new URL(to);

  function refuse(response: ServerResponse, name = 'ProvisionedThroughputExceededException'): void {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'refused' }));
  }

  function pass(incoming: IncomingMessage, body: string, response: ServerResponse, isLost: boolean): void {
    const { method, url, headers } = incoming;
    const forwarded = request({ hostname, port, method, path: url, headers }, (answer) => {
      if (isLost) {
        answer.resume();
        refuse(response);
      } else {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }
    });
    forwarded.on('error', () => response.destroy());
    forwarded.end(body);
  }

  const server = createServer(async (incoming, response) => {
    let body = '';
    for await (const part of incoming) body += part;
    const operation = `${incoming.headers['x-amz-target']}`.split('.')[1] ?? '';
    asked.push(operation);
    if (proxy.delay > 0) await delay(proxy.delay);
    const applies = trouble !== null && matches(operation, body) ? trouble : null;
    if (applies === 'away') incoming.socket.destroy();
    else if (applies === 'throttle') refuse(response);
    else if (applies === 'unknown') refuse(response, 'UnknownOperationException');
    else if (applies !== 'hang') pass(incoming, body, response, applies === 'lose');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: ThrottlingProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    delay: 0,
    trouble(kind, which = () => true) {
      trouble = kind;
      matches = which;
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
  return proxy;
}
