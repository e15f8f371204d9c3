/** What to put right before the day. It owns the checks; it changes nothing. It imports what doors may import. */
import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import type { Outbound } from '#outbound/index.ts';
import type { PublishedKey } from '#signing-keys/index.ts';
import type { Raised, ServiceAlert } from '#waiting-room/alerts.ts';
import type { Persistence } from '#waiting-room/ports/index.ts';
import type { OutboxStore } from '#waiting-room/ports/outbox.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { OperationsFor } from '../operations-for.ts';
import { inRoom } from '../rooms.ts';
import type { SayTo } from '../say-to.ts';
import { CHECKS, type PreflightFacts, preflight, RESULTS } from './checks.ts';
import { createReach } from './reach.ts';

const document = z
  .object({
    room: z.string(),
    result: z.enum(RESULTS).describe('The worst of the checks.'),
    checks: z.array(
      z.object({
        check: z.enum(CHECKS),
        result: z.enum(RESULTS),
        words: z.string().describe('What is so, and what to do.'),
      }),
    ),
  })
  .meta({ id: 'Preflight' });

export interface PreflightRoutesDeps {
  readonly operationsFor: OperationsFor;
  readonly sayTo: SayTo;
  readonly issuer: string;
  readonly keySet: { list(): Promise<readonly PublishedKey[]> };
  readonly store: {
    readonly ping: () => Promise<void>;
    readonly persistence: () => Promise<Persistence>;
    readonly outbox: Pick<OutboxStore, 'read'>;
  };
  readonly outbound: Pick<Outbound, 'send' | 'faultOf'>;
  /** Null: no webhook is set. */
  readonly webhookUrl: string | null;
  readonly serviceAlerts: { raised(): Raised<ServiceAlert> };
  readonly now: () => number;
  readonly sends: PreflightFacts['sends'];
}

/** So many sites are asked. */
const MOST_SITES = 20;
const MOST_EVENTS = 100;

/** What to put right before the day. */
export function preflightRoutes(deps: PreflightRoutesDeps): Route[] {
  const { operationsFor, sayTo, issuer, keySet, store, outbound, webhookUrl, serviceAlerts, now, sends } = deps;

  /** A site on this machine is for development. */
  const mayBeAsked = (origin: string) => outbound.faultOf(origin) === null;

  const ask = createReach({ outbound, now });

  async function webhookFacts(url: string) {
    const waiting = store.outbox.read(MOST_EVENTS).catch(() => []);
    return { reached: await ask(url), backlog: (await waiting).length };
  }

  return [
    route({
      method: 'get',
      path: '/rooms/:room/preflight',
      operationId: 'preflightRoom',
      role: 'viewer',
      summary: 'Check a room before its day',
      params: inRoom,
      response: { 200: { description: 'The checks', schema: document } },
      problems: ['room_not_found'],
      async handle({ params, ctx }) {
        const operations = operationsFor(ctx);
        const room = await operations.room(params.room);
        const parties = (await operations.relyingParties()).filter((party) => party.room === room.id);
        const origins = [...new Set(parties.flatMap(originsOf))].filter(mayBeAsked).slice(0, MOST_SITES);
        const [keys, takesWrites, persistence, issuerReached, webhook, ...sites] = await Promise.all([
          keySet.list(),
          store.ping().then(
            () => true,
            () => false,
          ),
          store.persistence().catch(() => 'unknown' as const),
          ask(issuer, '/livez'),
          webhookUrl === null ? null : webhookFacts(webhookUrl),
          ...origins.map(async (origin) => ({ origin, reached: await ask(origin, '/') })),
        ]);
        const alerts = serviceAlerts.raised();
        const found = { keys, takesWrites, persistence, issuerReached, webhook, sites };
        const say = sayTo(ctx);
        const checks = preflight({ ...found, issuer, room, parties, alerts, sends, now: now() }).map((check) => ({
          ...check,
          words: say(check.words),
        }));
        const result = RESULTS.findLast((each) => checks.some((check) => check.result === each)) ?? 'pass';
        return { status: 200, body: { room: room.id, result, checks } };
      },
    }),
  ];
}

/** The sites of its redirect URIs. An app has none. */
function originsOf({ redirect_uris }: RelyingParty): string[] {
  return redirect_uris.flatMap((uri) => {
    const { protocol, origin } = new URL(uri);
    return protocol === 'https:' || protocol === 'http:' ? [origin] : [];
  });
}
