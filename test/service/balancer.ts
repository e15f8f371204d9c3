/** A load balancer without stickiness: each request goes to a random member. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Balancer {
  /** The public URL. */
  readonly url: string;
  /** Base URLs of the members; may change at any time. */
  readonly members: string[];
  /** How many requests each member got. */
  readonly served: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function startBalancer(): Promise<Balancer> {
  const members: string[] = [];
  const served = new Map<string, number>();
  const server = createServer((req, res) => {
    const member = members[Math.floor(Math.random() * members.length)] ?? '';
    served.set(member, (served.get(member) ?? 0) + 1);
    const onward = httpRequest(new URL(req.url ?? '/', member), { method: req.method, headers: req.headers });
    onward.on('response', (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    onward.on('error', () => {
      if (!res.headersSent) res.writeHead(502);
      res.end();
    });
    req.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    members,
    served,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
