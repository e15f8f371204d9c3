/** What may go wrong on the day, decided from what was found. */
import { isPublicHost } from '#settings/public-host.ts';
import { warningsOf } from '#settings/relying-party-warnings.ts';
import type { PublishedKey } from '#signing-keys/index.ts';
import type { Raised, ServiceAlert } from '#waiting-room/alerts.ts';
import { hasLanes } from '#waiting-room/lanes.ts';
import type { Persistence } from '#waiting-room/ports/index.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
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
  readonly words: string;
}

export interface PreflightFacts {
  readonly issuer: string;
  readonly room: RoomSettings;
  /** Those of the room. */
  readonly parties: readonly RelyingParty[];
  readonly keys: readonly Pick<PublishedKey, 'status'>[];
  /** Why the store takes no writes; null: it does. */
  readonly storeFault: string | null;
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
  const { issuer, room, parties, keys, storeFault, alerts, persistence, now } = facts;
  const of = (check: PreflightCheck['check'], result: PreflightCheck['result'], words: string) => ({
    ...{ check, result, words },
  });
  const orPass = (found: readonly PreflightCheck[], check: PreflightCheck['check'], words: string) =>
    found.length > 0 ? found : [of(check, 'pass', words)];
  const unsafeReturns = room.return_urls.filter((url) => isUnsafe(new URL(url)));
  const hasWayIn = parties.length > 0 || room.return_urls.length > 0 || (room.aws ?? null) !== null;
  return [
    isUnsafe(new URL(issuer))
      ? of('issuer', 'fail', `ISSUER is ${issuer}: browsers send cookies and codes unencrypted. Use an https URL.`)
      : of('issuer', ...issuerWords(facts)),
    ...orPass(
      parties.flatMap((party) =>
        warningsOf(party, issuer).map((words) => of('relying_parties', 'warn', `${party.client_id}: ${words}`)),
      ),
      'relying_parties',
      parties.length === 0
        ? 'No relying party leads to this room.'
        : `Relying parties that lead to this room: ${parties.length}. Their settings are complete.`,
    ),
    ...orPass(
      facts.sites.flatMap(({ origin, reached }) => siteChecks(origin, reached, now)),
      'redirect_uris',
      `Sites of redirect URIs that answer: ${facts.sites.length}.`,
    ),
    ...orPass(
      [
        ...unsafeReturns.map((url) => of('return_urls', 'warn', `return_urls has ${url}. Register the https URL.`)),
        ...(hasWayIn
          ? []
          : [
              of(
                'return_urls',
                'warn',
                'No relying party leads here, and return_urls is empty: only programs that use the tickets API come in.',
              ),
            ]),
      ],
      'return_urls',
      `${room.return_urls.length} addresses may be returned to.`,
    ),
    ...roomChecks(room, facts.sends).map(([result, words]) => of('room', result, words)),
    keys.some(({ status }) => status === 'signing')
      ? of('keys', 'pass', 'There are signing keys.')
      : of('keys', 'fail', 'No key signs. Set JWKS_FILE, or make keys/jwks.json.'),
    storeFault === null ? of('store', 'pass', 'The store answers and takes writes.') : of('store', 'fail', storeFault),
    of('persistence', ...PERSISTENCE[persistence]),
    of('webhook', ...webhookWords(facts)),
    alerts.clocks === undefined
      ? of('clocks', 'pass', 'The clock of this process is in step with the others.')
      : of(
          'clocks',
          'fail',
          "The clock of this process differs from another's by more than half a second. Set NTP right.",
        ),
  ];
}

function roomChecks(room: RoomSettings, sends: PreflightFacts['sends']): Finding[] {
  const { mode, inlet, group, notify, passes } = room;
  const found: Finding[] = [];
  const size = inlet.size ?? group?.size;
  if (notify?.email && !sends.email)
    found.push(['fail', 'notify offers an e-mail, but the service sends none. Set SMTP_URL and SMTP_FROM.']);
  if (notify?.push && !sends.push)
    found.push([
      'fail',
      'notify offers a notification, but the service sends none. Set VAPID_PUBLIC_KEY and its like.',
    ]);
  if (mode === 'passthrough') found.push(['warn', 'The mode is passthrough: everybody is let in at once.']);
  if (mode === 'paused' || mode === 'closed') found.push(['warn', `The mode is ${mode}: nobody is let in.`]);
  if (inlet.strategy === 'manual')
    found.push(['warn', 'The inlet is manual: nobody is let in unless you raise the counter.']);
  if (hasLanes(room) && !passes)
    found.push([
      'warn',
      'There are lanes, but no passes: only passes lead into lanes. Set passes, or remove the lanes.',
    ]);
  if (size === undefined) found.push(['warn', 'There is no size: nothing limits how many are inside.']);
  return found.length > 0 ? found : [['pass', `At most ${size} are inside, let in by the inlet ${inlet.strategy}.`]];
}

type Finding = [result: PreflightCheck['result'], words: string];

const PERSISTENCE: Readonly<Record<Persistence, Finding>> = {
  every_write: ['pass', 'What the store has is written to disk as it happens.'],
  beyond_the_store: ['pass', 'What must survive the loss of the store is in DynamoDB too.'],
  snapshots: ['warn', 'Redis writes to disk every few minutes only. Set appendonly yes and appendfsync everysec.'],
  none: ['warn', 'Redis writes nothing to disk. Set appendonly yes, or use DYNAMODB_TABLE.'],
  unknown: ['warn', 'Redis does not say whether it writes to disk. Check that appendonly is yes.'],
};

/** How long before its end a certificate is worth a warning. */
const RENEWAL = 14 * 24 * 60 * 60_000;

function issuerWords({ issuer, issuerReached: reached, now }: PreflightFacts): Finding {
  if (reached.state === 'untrusted') return ['fail', `The certificate of ${issuer} is not valid (${reached.code}).`];
  if (reached.state === 'reached' && endsSoon(reached, now)) return ['warn', `The certificate of ${issuer} ends soon.`];
  if (reached.state === 'reached' && reached.status === 200) return ['pass', `The public URL is ${issuer}.`];
  const answer = reached.state === 'reached' ? `it answered ${reached.status}` : reached.reason;
  return ['warn', `${issuer} could not be reached from here: ${answer}. Open it from outside.`];
}

function siteChecks(origin: string, reached: Reached, now: number): PreflightCheck[] {
  const of = (result: PreflightCheck['result'], words: string) => [{ check: 'redirect_uris' as const, result, words }];
  if (reached.state === 'untrusted') return of('fail', `The certificate of ${origin} is not valid (${reached.code}).`);
  if (reached.state === 'unreached') return of('warn', `${origin} could not be reached from here: ${reached.reason}.`);
  if (reached.status >= 500) return of('warn', `${origin} answered ${reached.status}.`);
  return endsSoon(reached, now) ? of('warn', `The certificate of ${origin} ends soon.`) : [];
}

function endsSoon({ certificateEnds }: { readonly certificateEnds: number | null }, now: number): boolean {
  return certificateEnds !== null && certificateEnds < now + RENEWAL;
}

function webhookWords({ webhook }: PreflightFacts): Finding {
  if (webhook === null) return ['pass', 'No webhook is set.'];
  const { reached, backlog } = webhook;
  if (reached.state === 'untrusted') return ['fail', `The certificate of the webhook is not valid (${reached.code}).`];
  if (reached.state === 'unreached') return ['fail', `The webhook could not be reached: ${reached.reason}.`];
  if (backlog >= 100) return ['warn', `${backlog} events or more wait to be delivered. See the log for the failures.`];
  return ['pass', 'The webhook answers, and no events pile up.'];
}
