/** Parses and checks each environment variable on its own. `config.ts` puts them together. */
import { parseDuration } from '#settings/duration.ts';
import { parseRedisUrl } from '#store/redis/address.ts';
import type { LogLevel } from '#telemetry/log.ts';
import type { ActivityType } from '#waiting-room/activity.ts';
import { ACTIVITY_TYPES, isVisitorEvent } from '#waiting-room/activity.ts';
import { ANONYMOUS } from '#waiting-room/audit-entry.ts';
import { OPERATOR_ROLES, type OperatorRole } from '#waiting-room/operator-role.ts';
import type { ConfigFault } from './config-error.ts';

/** An operator's bearer token, and the name that appears in the audit log for its actions. */
export interface NamedToken {
  readonly name: string;
  readonly token: string;
  /** Missing: owner. */
  readonly role?: OperatorRole;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads variables and collects their faults. An empty variable counts as not set. */
export interface EnvReader {
  readonly faults: ConfigFault[];
  /** The parsed variable, or `fallback` if it is not set or has a fault. */
  read<T>(name: string, fallback: T, parse: (text: string) => T | Refusal): T;
}

/** Why a value is refused: completes a sentence that begins with the variable's name. */
export interface Refusal {
  readonly refusal: string;
}

export const refuse = (refusal: string): Refusal => ({ refusal });
const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refusal' in value;

export function envReader(env: Env): EnvReader {
  const faults: ConfigFault[] = [];
  return {
    faults,
    read(name, fallback, parse) {
      const text = env[name];
      if (text === undefined || text === '') return fallback;
      const value = parse(text);
      if (!isRefusal(value)) return value;
      faults.push({ where: name, message: value.refusal });
      return fallback;
    },
  };
}

export function flag(value: string): boolean | Refusal {
  if (value === 'true' || value === '1') return true;
  return value === 'false' || value === '0' ? false : refuse('must be true or false');
}

/** With 0 the system chooses a free port. */
export function port(value: string): number | Refusal {
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  return number <= 65535 ? number : refuse('must be a port: a whole number from 0 to 65535');
}

const MOST_WORKERS = 256;

/** How many processes serve the port. */
export function workerCount(value: string): number | Refusal {
  const number = /^\d{1,3}$/.test(value) ? Number(value) : 0;
  return number >= 1 && number <= MOST_WORKERS ? number : refuse(`must be a whole number from 1 to ${MOST_WORKERS}`);
}

const LARGEST_CROWD = 5000;

/** How many simulated visitors the demo brings. */
export function crowdSize(value: string): number | Refusal {
  const number = /^\d{1,4}$/.test(value) ? Number(value) : Number.NaN;
  return number <= LARGEST_CROWD ? number : refuse(`must be a whole number from 0 to ${LARGEST_CROWD}`);
}

/** A number that grows with each version of the configuration file, such as Helm's revision. */
export function configRevision(value: string): number | Refusal {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? refuse('must be a whole number, such as the revision of the Helm release') : number;
}

const DAY = 24 * 3_600_000;
const SHORTEST_ROTATION = 2 * DAY;

/** The age at which signing keys are rotated, in ms: `30d`, or a duration such as `72h`. Null is `off`. */
export function keyRotation(value: string): number | null | Refusal {
  if (value === 'off') return null;
  const days = /^(\d{1,4})d$/.exec(value)?.[1];
  const age = days === undefined ? parseDuration(value) : Number(days) * DAY;
  return age !== null && age >= SHORTEST_ROTATION
    ? age
    : refuse('must be off, or an age of two days or more such as 30d');
}

const LONGEST_DRAIN = 15 * 60_000;

/** Milliseconds, from a duration of 0 to 15 minutes. */
export function drainDelay(value: string): number | Refusal {
  const milliseconds = parseDuration(value);
  return milliseconds !== null && milliseconds <= LONGEST_DRAIN
    ? milliseconds
    : refuse('must be a duration from 0s to 15m, such as 5s');
}

const LOG_LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

export function logLevel(value: string): LogLevel | Refusal {
  return LOG_LEVELS.find((level) => level === value) ?? refuse(`must be one of ${LOG_LEVELS.join(', ')}`);
}

/** See `parseRedisUrl`. No fault repeats the value, which may hold a password. */
export function redisUrl(value: string): string | Refusal {
  try {
    parseRedisUrl(value);
    return value;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

const SHORTEST_KEY = 16;

/** The first key signs and seals, all of them verify and open. */
export function cookieKeys(value: string): readonly string[] | Refusal {
  const keys = value.split(',').map((key) => key.trim());
  const fine = keys.every((key) => key.length >= SHORTEST_KEY);
  return fine ? keys : refuse(`must be a comma-separated list of keys of at least ${SHORTEST_KEY} characters each`);
}

const SHORTEST_TOKEN = 16;
const NAMED_TOKEN = /^([A-Za-z0-9._-]{1,64}):(?:(viewer|operator|owner):)?([\x21-\x2b\x2d-\x7e]+)$/;
/** The names of the service itself, of ADMIN_TOKEN and of failures to authenticate in the audit log. */
const TAKEN_NAMES = ['anteroom', 'admin', ANONYMOUS];

/** What an operator may have meant as a role: shorter than a token can be. */
const LIKE_A_ROLE = new RegExp(`^([A-Za-z_-]{0,${SHORTEST_TOKEN - 1}}):`);

/** Whether a token without a role begins with a misspelt one, which would make its holder an owner. */
function hasUnknownRole(token: string): boolean {
  const [, meant] = LIKE_A_ROLE.exec(token) ?? [];
  return meant !== undefined && !OPERATOR_ROLES.some((role) => role === meant);
}

/** `alice:viewer:token,bob:token`. Without a role it is an owner. The audit log has the names. Faults contain names, never tokens. */
export function namedTokens(value: string): readonly NamedToken[] | Refusal {
  const tokens: NamedToken[] = [];
  for (const [index, each] of value.split(',').entries()) {
    const [, name, role, token] = NAMED_TOKEN.exec(each.trim()) ?? [];
    if (!name || !token) {
      return refuse(
        `must be a comma-separated list of name:role:token or name:token: entry ${index + 1} has another form or characters that are not allowed`,
      );
    }
    if (TAKEN_NAMES.includes(name)) return refuse(`must not use the name ${name}, which is reserved`);
    if (tokens.some((other) => other.name === name)) return refuse(`must not use the name ${name} twice`);
    if (role === undefined && hasUnknownRole(token)) {
      return refuse(`must use the roles viewer, operator and owner: that of ${name} is another`);
    }
    if (token.length < SHORTEST_TOKEN) {
      return refuse(`must have tokens of at least ${SHORTEST_TOKEN} characters: that of ${name} is too short`);
    }
    const same = tokens.find((other) => other.token === token);
    if (same) return refuse(`must not give ${same.name} and ${name} the same token`);
    tokens.push({ name, token, ...(role === undefined ? {} : { role: role as OperatorRole }) });
  }
  return tokens;
}

/** An access key of the private API at `/aws/private`. */
export interface AwsCredential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** `accessKeyId:secretAccessKey`, comma-separated. Faults contain no secret. */
export function awsCredentials(value: string): readonly AwsCredential[] | Refusal {
  const credentials: AwsCredential[] = [];
  for (const [index, each] of value.split(',').entries()) {
    const [, accessKeyId, secretAccessKey] = /^(\w{16,128}):([\x21-\x2b\x2d-\x7e]{16,})$/.exec(each.trim()) ?? [];
    if (!accessKeyId || !secretAccessKey) {
      return refuse(
        `must be a comma-separated list of accessKeyId:secretAccessKey, an id of 16 to 128 letters and digits and a secret of at least 16 characters: entry ${index + 1} has another form`,
      );
    }
    if (credentials.some((other) => other.accessKeyId === accessKeyId)) {
      return refuse(`must not use the access key id ${accessKeyId} twice`);
    }
    credentials.push({ accessKeyId, secretAccessKey });
  }
  return credentials;
}

/** The name or ARN of a bus of EventBridge. */
export function eventBus(value: string): string | Refusal {
  return /^(arn:aws[\w-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[\w./-]{1,256}$/.test(value)
    ? value
    : refuse('must be the name or ARN of an event bus');
}

/** The name or ARN of a secret of Secrets Manager. */
export function secretId(value: string): string | Refusal {
  return /^[\w/+=.@:-]{1,2048}$/.test(value) ? value : refuse('must be the name or ARN of a secret');
}

const SNS_TOPIC = /^arn:(aws|aws-cn|aws-us-gov):sns:[a-z0-9-]{4,32}:\d{12}:[A-Za-z0-9_.-]{1,256}$/;

/** ARNs of topics, comma-separated. */
export function snsTopics(value: string): readonly string[] | Refusal {
  const topics = value.split(',').map((each) => each.trim());
  const wrong = topics.findIndex((topic) => !SNS_TOPIC.test(topic));
  return wrong < 0
    ? topics
    : refuse(
        `must be a comma-separated list of ARNs such as arn:aws:sns:eu-west-1:123456789012:exits: entry ${wrong + 1} is none`,
      );
}

/** An http or https URL. Its query may contain a secret, so no fault repeats it. */
export function webhookUrl(value: string): string | Refusal {
  const url = URL.parse(value);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return refuse('must be an http or https URL');
  if (url.username !== '' || url.password !== '') return refuse('must have no user name and no password');
  return value;
}

/** Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes. With several, each delivery is signed with all of them. */
export function webhookKeys(value: string): readonly string[] | Refusal {
  const keys = value.split(',').map((each) => each.trim().replace(/^whsec_/, ''));
  return keys.every(isWebhookKey)
    ? keys
    : refuse('must be whsec_ and the base64 of 24 to 64 random bytes, or a comma-separated list of these');
}

function isWebhookKey(text: string): boolean {
  const key = Buffer.from(text, 'base64');
  const unpadded = (base64: string) => base64.replace(/=+$/, '');
  return key.length >= 24 && key.length <= 64 && unpadded(key.toString('base64')) === unpadded(text);
}

/** Names of activity types before 0.1.0. */
const FORMER_TYPES: ReadonlyMap<string, ActivityType> = new Map([['session.updated', 'admission.ended']]);

/** Types of activity events. `all` stands for every type, `default` for all but those of single visitors. */
export function activityTypes(value: string): readonly ActivityType[] | Refusal {
  const names = value.split(',').map((name) => name.trim());
  const former = names.find((name) => FORMER_TYPES.has(name));
  if (former !== undefined) return refuse(`must not name ${former}: it is now ${FORMER_TYPES.get(former)}`);
  const unknown = names.filter((name) => name !== 'all' && name !== 'default' && !isActivityType(name));
  if (unknown.length > 0) {
    return refuse(`must not name ${unknown.join(', ')}: known are all, default, ${ACTIVITY_TYPES.join(', ')}`);
  }
  return ACTIVITY_TYPES.filter(
    (type) => names.includes(type) || names.includes('all') || (names.includes('default') && !isVisitorEvent(type)),
  );
}

const isActivityType = (name: string) => ACTIVITY_TYPES.some((type) => type === name);

/** Any text that an Authorization header can carry as one word, and that is too long to be guessed. */
export function bearerToken(value: string): string | Refusal {
  return /^[\x21-\x7e]+$/.test(value) && value.length >= SHORTEST_TOKEN
    ? value
    : refuse(`must be at least ${SHORTEST_TOKEN} printable ASCII characters without a space`);
}
