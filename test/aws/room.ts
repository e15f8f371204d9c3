/** Shared by the tests of door 4: rooms with AWS's API, and what its clients send. */
import type { RoomInput } from '#settings/room.ts';
import type { RunningService } from '#support/on-each-store.ts';

export const EVENT = 'Sample';

/** The tests are one address. */
const NO_LIMIT = { joins_per_address: null };

export const ROOMS: readonly RoomInput[] = [
  { id: 'sale', aws: { event_id: EVENT }, limits: NO_LIMIT },
  { id: 'lasting', limits: NO_LIMIT, aws: { queue_position_expiry: 'off', validity_period: '10m' } },
  { id: 'plain' },
];

export const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any answer.
  readonly body: any;
}

export async function told(answer: Response): Promise<Told> {
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
}

/** A client of the public API, as AWS's sample site is one. */
export function publicClient(service: Pick<RunningService, 'issuer'>, event = EVENT) {
  const url = (route: string, query: Record<string, string> = {}) =>
    `${service.issuer}/aws/public/${route}?${new URLSearchParams(query)}`;
  const get = async (route: string, query: Record<string, string>) => told(await fetch(url(route, query)));
  const post = async (route: string, body: unknown, type = 'application/json') =>
    told(
      await fetch(url(route), {
        method: 'POST',
        headers: { 'Content-Type': type },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    );
  return {
    get,
    post,
    assign: async (): Promise<string> => (await post('assign_queue_num', { event_id: event })).body.api_request_id,
    ask: (route: string, request_id: string) => get(route, { event_id: event, request_id }),
    generate: (request_id: string) => post('generate_token', { event_id: event, request_id }),
  };
}
