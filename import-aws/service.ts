/** The running service, through its admin API. */
import { parseDuration } from '../src/settings/duration.ts';
import type { Plan } from './plan.ts';

/** Why the service did not do what it was asked. */
export class ServiceRefusal extends Error {}

export interface Room {
  readonly eventId: string;
  /** In seconds; null where expiry is off. */
  readonly expiry: number | null;
}

export interface Service {
  /** Rejects with ServiceRefusal for a room without `aws`. */
  room(id: string): Promise<Room>;
  counters(id: string): Promise<{ readonly queue: number; readonly serving: number; readonly claimed: number }>;
  /** Writes a plan. `told` is called with how many rows are written. */
  write(id: string, plan: Plan, told: (rows: number) => void): Promise<void>;
  putRelyingParty(clientId: string, settings: object): Promise<void>;
  /** The document of OpenID Connect discovery. */
  discovery(): Promise<Readonly<Record<string, string>>>;
}

/** Rows in one request, and requests at once. */
const ROWS = 2_000;
const AT_ONCE = 4;

/** @param url the public URL of the service @param token that of an owner */
export function createService(url: string, token: string): Service {
  const base = url.replace(/\/$/, '');

  async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: Error) => {
      throw new ServiceRefusal(
        `${base} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}`,
      );
    });
    const text = await answer.text();
    const document = text === '' ? {} : (JSON.parse(text) as { title?: string; detail?: string; errors?: unknown });
    if (answer.ok) return document as T;
    const why = [document.title, document.detail, document.errors && JSON.stringify(document.errors)];
    throw new ServiceRefusal(`${method} ${path}: ${answer.status} ${why.filter(Boolean).join('. ')}`);
  }

  async function inBatches<T>(rows: readonly T[], write: (batch: readonly T[]) => Promise<unknown>): Promise<void> {
    const batches = Array.from({ length: Math.ceil(rows.length / ROWS) }, (_, n) =>
      rows.slice(n * ROWS, (n + 1) * ROWS),
    );
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let batch = batches.shift(); batch; batch = batches.shift()) await write(batch);
      }),
    );
  }

  return {
    async room(id) {
      interface Settings {
        readonly aws: { readonly event_id: string | null; readonly queue_position_expiry: string } | null;
      }
      const { aws } = await send<Settings>('GET', `/admin/v1/rooms/${encodeURIComponent(id)}`);
      if (!aws) throw new ServiceRefusal(`the room ${id} has no aws`);
      // `off` is no duration.
      const milliseconds = parseDuration(aws.queue_position_expiry);
      return { eventId: aws.event_id ?? id, expiry: milliseconds === null ? null : milliseconds / 1000 };
    },
    counters: (id) => send('GET', `/admin/v1/rooms/${encodeURIComponent(id)}/counters`),
    async write(id, { line, positions, tokens }, told) {
      const path = `/admin/v1/rooms/${encodeURIComponent(id)}/import`;
      let written = 0;
      const post = async (body: object, rows: number) => {
        await send('POST', path, body);
        written += rows;
        told(written);
      };
      await post({ line }, 0);
      await inBatches(tokens, (batch) =>
        post(
          {
            tokens: batch.map(({ id: request_id, number, issuedAt, expires, issuer, status }) => ({
              ...{ request_id, number, issued_at: issuedAt, expires, issuer, status },
            })),
          },
          batch.length,
        ),
      );
      await inBatches(positions, (batch) =>
        post(
          {
            places: batch.map(({ id: request_id, number, enteredAt }) => ({
              request_id,
              number,
              entry_time: enteredAt,
            })),
          },
          batch.length,
        ),
      );
    },
    async putRelyingParty(clientId, settings) {
      await send('PUT', `/admin/v1/relying-parties/${encodeURIComponent(clientId)}`, settings);
    },
    discovery: () => send('GET', '/.well-known/openid-configuration'),
  };
}
