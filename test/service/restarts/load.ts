/** Clients that send requests of every kind through a proxy, over kept-alive connections, and count the outcomes. */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface LoadOptions {
  /** The proxy's port on 127.0.0.1. */
  readonly port: number;
  readonly clients: number;
  /** The pause between two requests of a client, in ms. */
  readonly pause: number;
}

export interface Outcomes {
  readonly requests: number;
  readonly posts: number;
  /** Requests without an answer of Anteroom, by what happened instead, such as `POST 502`. */
  readonly lost: ReadonlyMap<string, number>;
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** What a client sends in turn: a read, a join, a claim before the turn, and a token request with a wrong code. */
const REQUESTS = [
  { method: 'GET', path: '/rooms/sale/status', headers: {}, body: '' },
  { method: 'POST', path: '/rooms/sale/tickets', headers: {}, body: '' },
  { method: 'POST', path: '/rooms/sale/tickets/self/claim', headers: {}, body: '' },
  { method: 'POST', path: '/token', headers: FORM, body: 'grant_type=authorization_code&code=none' },
] as const;

/** Starts the clients. They stop when `stop` is called. */
export function startLoad({ port, clients, pause }: LoadOptions): { stop(): Promise<Outcomes> } {
  const lost = new Map<string, number>();
  let [requests, posts, running] = [0, 0, true];
  const agent = new Agent({ keepAlive: true, maxSockets: clients });

  function send({ method, path, headers, body }: (typeof REQUESTS)[number]): Promise<string | null> {
    return new Promise((resolve) => {
      const length = { 'Content-Length': Buffer.byteLength(body) };
      const sent = request({ host: '127.0.0.1', port, path, method, agent, headers: { ...headers, ...length } });
      sent.on('response', (answer) => {
        answer.on('error', ({ message }) => resolve(message));
        answer.resume().on('end', () => {
          const { statusCode = 0 } = answer;
          resolve(statusCode < 500 ? null : String(statusCode));
        });
      });
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      sent.end(body);
    });
  }

  const all = Array.from({ length: clients }, async (_, index) => {
    for (let turn = index; running; turn++) {
      const next = REQUESTS[turn % REQUESTS.length] ?? REQUESTS[0];
      const trouble = await send(next);
      requests++;
      if (next.method === 'POST') posts++;
      if (trouble) lost.set(`${next.method} ${trouble}`, (lost.get(`${next.method} ${trouble}`) ?? 0) + 1);
      if (pause > 0) await delay(pause);
    }
  });

  return {
    async stop() {
      running = false;
      await Promise.all(all);
      agent.destroy();
      return { requests, posts, lost };
    },
  };
}
