/** What may go wrong on the day, decided from what was found. */
import { isPublicHost } from '#settings/public-host.ts';
import { warningsOf } from '#settings/relying-party-warnings.ts';
import type { PublishedKey } from '#signing-keys/index.ts';
import type { Raised, ServiceAlert } from '#waiting-room/alerts.ts';
import { hasLanes } from '#waiting-room/lanes.ts';
import type { Persistence } from '#waiting-room/ports/index.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { type Sentence, type SentenceValues, sentence } from '#waiting-room/sentence.ts';
import type { Reached } from './reach.ts';

/** In the order in which they are reported. */
export const CHECKS = [
  'issuer',
  'relying_parties',
  'redirect_uris',
  'return_urls',
  'room',
  'keys',
  'store',
  'persistence',
  'webhook',
  'clocks',
] as const;
/** From the best to the worst. */
export const RESULTS = ['pass', 'warn', 'fail'] as const;

export interface PreflightCheck {
  readonly check: (typeof CHECKS)[number];
  readonly result: (typeof RESULTS)[number];
  /** What is so, and what to do. */
  readonly words: Sentence;
}

export interface PreflightFacts {
  readonly issuer: string;
  readonly room: RoomSettings;
  /** Those of the room. */
  readonly parties: readonly RelyingParty[];
  readonly keys: readonly Pick<PublishedKey, 'status'>[];
  readonly takesWrites: boolean;
  readonly persistence: Persistence;
  /** The public URL, asked from here. */
  readonly issuerReached: Reached;
  /** The origins of the redirect URIs. */
  readonly sites: readonly { readonly origin: string; readonly reached: Reached }[];
  /** Null: none is set. `backlog`: how many events wait to be delivered, at most 100. */
  readonly webhook: { readonly reached: Reached; readonly backlog: number } | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly alerts: Raised<ServiceAlert>;
  /** Whether the service can send e-mail. */
  readonly sends: { readonly email: boolean; readonly push: boolean };
}

const isUnsafe = (url: URL) => url.protocol === 'http:' && isPublicHost(url.hostname);

/** What may go wrong on the day, as far as the service can know. One entry at least for each check. */
export function preflight(facts: PreflightFacts): PreflightCheck[] {
  const { issuer, room, parties, keys, takesWrites, alerts, persistence, now } = facts;
  const of = (check: PreflightCheck['check'], result: PreflightCheck['result'], words: Sentence) => ({
    ...{ check, result, words },
  });
  const orPass = (found: readonly PreflightCheck[], check: PreflightCheck['check'], words: Sentence) =>
    found.length > 0 ? found : [of(check, 'pass', words)];
  const unsafeReturns = room.return_urls.filter((url) => isUnsafe(new URL(url)));
  const hasWayIn = parties.length > 0 || room.return_urls.length > 0 || (room.aws ?? null) !== null;
  return [
    isUnsafe(new URL(issuer))
      ? of('issuer', 'fail', says('issuer_insecure', { issuer }))
      : of('issuer', ...issuerWords(facts)),
    ...orPass(
      parties.flatMap((party) =>
        warningsOf(party, issuer).map((warning) =>
          of('relying_parties', 'warn', says('party', { client: party.client_id, warning })),
        ),
      ),
      'relying_parties',
      says('parties', { count: parties.length }),
    ),
    ...orPass(
      facts.sites.flatMap(({ origin, reached }) => siteChecks(origin, reached, now)),
      'redirect_uris',
      says('sites', { count: facts.sites.length }),
    ),
    ...orPass(
      [
        ...unsafeReturns.map((url) => of('return_urls', 'warn', says('return_url_insecure', { url }))),
        ...(hasWayIn ? [] : [of('return_urls', 'warn', says('no_way_in'))]),
      ],
      'return_urls',
      says('return_urls', { count: room.return_urls.length }),
    ),
    ...roomChecks(room, facts.sends).map(([result, words]) => of('room', result, words)),
    keys.some(({ status }) => status === 'signing')
      ? of('keys', 'pass', says('keys'))
      : of('keys', 'fail', says('no_keys')),
    takesWrites ? of('store', 'pass', says('store')) : of('store', 'fail', says('store_fault')),
    of('persistence', ...PERSISTENCE[persistence]),
    of('webhook', ...webhookWords(facts)),
    alerts.clocks === undefined ? of('clocks', 'pass', says('clocks')) : of('clocks', 'fail', says('clocks_differ')),
  ];
}

function roomChecks(room: RoomSettings, sends: PreflightFacts['sends']): Finding[] {
  const { mode, inlet, group, notify, passes } = room;
  const found: Finding[] = [];
  const size = inlet.size ?? group?.size;
  if (notify?.email && !sends.email) found.push(['fail', says('no_email')]);
  if (notify?.push && !sends.push) found.push(['fail', says('no_push')]);
  if (mode === 'passthrough') found.push(['warn', says('passthrough')]);
  if (mode === 'paused') found.push(['warn', says('mode_paused')]);
  if (mode === 'closed') found.push(['warn', says('mode_closed')]);
  if (inlet.strategy === 'manual') found.push(['warn', says('manual')]);
  if (hasLanes(room) && !passes) found.push(['warn', says('lanes')]);
  if (size === undefined) found.push(['warn', says('no_size')]);
  return found.length > 0 ? found : [['pass', says('room', { size: String(size), inlet: inlet.strategy })]];
}

type Finding = [result: PreflightCheck['result'], words: Sentence];

const says = (key: string, values?: SentenceValues): Sentence => sentence(`preflight.says.${key}`, values);

const PERSISTENCE: Readonly<Record<Persistence, Finding>> = {
  every_write: ['pass', says('every_write')],
  beyond_the_store: ['pass', says('beyond_the_store')],
  snapshots: ['warn', says('snapshots')],
  none: ['warn', says('no_disk')],
  unknown: ['warn', says('disk_unknown')],
};

/** How long before its end a certificate is worth a warning. */
const RENEWAL = 14 * 24 * 60 * 60_000;

function issuerWords({ issuer, issuerReached: reached, now }: PreflightFacts): Finding {
  if (reached.state === 'untrusted') return ['fail', says('certificate_invalid', { url: issuer, code: reached.code })];
  if (reached.state === 'unreached') return ['warn', says('issuer_unreached', { issuer, why: reached.why })];
  if (endsSoon(reached, now)) return ['warn', says('certificate_ends', { url: issuer })];
  if (reached.status === 200) return ['pass', says('issuer', { issuer })];
  return ['warn', says('issuer_answered', { issuer, status: reached.status })];
}

function siteChecks(origin: string, reached: Reached, now: number): PreflightCheck[] {
  const of = (result: PreflightCheck['result'], words: Sentence) => [
    { check: 'redirect_uris' as const, result, words },
  ];
  const url = origin;
  if (reached.state === 'untrusted') return of('fail', says('certificate_invalid', { url, code: reached.code }));
  if (reached.state === 'unreached') return of('warn', says('site_unreached', { url, why: reached.why }));
  if (reached.status >= 500) return of('warn', says('site_answered', { url, status: reached.status }));
  return endsSoon(reached, now) ? of('warn', says('certificate_ends', { url })) : [];
}

function endsSoon({ certificateEnds }: { readonly certificateEnds: number | null }, now: number): boolean {
  return certificateEnds !== null && certificateEnds < now + RENEWAL;
}

function webhookWords({ webhook }: PreflightFacts): Finding {
  if (webhook === null) return ['pass', says('no_webhook')];
  const { reached, backlog } = webhook;
  if (reached.state === 'untrusted') return ['fail', says('webhook_certificate', { code: reached.code })];
  if (reached.state === 'unreached') return ['fail', says('webhook_unreached', { why: reached.why })];
  return backlog >= 100 ? ['warn', says('webhook_backlog', { backlog })] : ['pass', says('webhook')];
}
