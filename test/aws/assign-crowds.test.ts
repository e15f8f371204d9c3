/** A crowd at AWS's API, on a real Redis. */
import { Agent, request } from 'node:http';
import { expect, test } from 'vitest';
import { serviceOn } from '#support/on-each-store.ts';
import { redisStore } from '#support/stores.ts';
import { EVENT, ROOMS } from './room.ts';

const CROWD = 10_000;

const service = serviceOn(redisStore, { rooms: ROOMS });
/** The client is in the process of the service: more sockets only measure that. */
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

interface Answered {
  readonly status: number;
  readonly body: { readonly api_request_id: string; readonly queue_number: number; readonly waiting_num: number };
}

function call(path: string, body?: object): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const options = { agent, ...(body ? { method: 'POST', headers: { 'Content-Type': 'application/json' } } : {}) };
    const sent = request(`${service.issuer}/aws/public/${path}`, options, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body: JSON.parse(text) }));
    });
    sent.on('error', reject).end(body && JSON.stringify(body));
  });
}

test('10,000 assignments at once get 10,000 distinct numbers without gaps, each known at the first question', async () => {
  const asked = await Promise.all(
    Array.from({ length: CROWD }, async () => {
      const { body } = await call('assign_queue_num', { event_id: EVENT });
      return call(`queue_num?event_id=${EVENT}&request_id=${body.api_request_id}`);
    }),
  );
  expect(asked.filter(({ status }) => status !== 200)).toEqual([]);
  const numbers = asked.map(({ body }) => body.queue_number).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: CROWD }, (_, i) => i + 1));
  service.time.pass(1001);
  expect((await call(`waiting_num?event_id=${EVENT}`)).body.waiting_num).toBe(CROWD);
  agent.destroy();
});
