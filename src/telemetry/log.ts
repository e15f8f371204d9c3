import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';

export type Log = Logger;

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** Names of fields that hold secrets, at the top level of a record or one level down. */
const SECRETS = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  'code',
  'code_verifier',
  'state',
  'nonce',
  'ticket',
  'token',
  'access_token',
  'id_token',
  'id_token_hint',
  'refresh_token',
  'anteroom_token',
  'client_secret',
  'secret',
  'password',
  'adminToken',
  'clientSecret',
  'cookieKeys',
  'jwks',
  'redisUrl',
];

const within = (place: string, name: string) => (name.startsWith('[') ? `${place}${name}` : `${place}.${name}`);

/** The paths for pino, which has no wildcard over all levels. */
const REDACTED = SECRETS.flatMap((name) => [
  name,
  within('*', name),
  within('req.headers', name),
  within('res.headers', name),
]);

export interface LogOptions {
  readonly level: LogLevel;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/**
 * Writes JSON lines with times in ISO 8601. Of an error it writes the type, message, stack and cause, and never other
 * fields, which may hold a driver's arguments.
 */
export function createLog({ level, destination }: LogOptions): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: '[redacted]' },
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    destination ?? pino.destination({ dest: 1, sync: false }),
  );
}

interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: DescribedError;
}

function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/**
 * The path of a URL, for the log. A query may contain codes, tokens and states and is never logged, nor is the segment
 * after /authorize/, which is the value of a cookie.
 */
export function pathOnly(url: string): string {
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  return path.startsWith('/authorize/') ? '/authorize/*' : path;
}
