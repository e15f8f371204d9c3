/** The environment and the configuration file, checked whole, as one frozen value. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FileSettings } from '#settings/file.ts';
import type { LogLevel } from '#telemetry/log.ts';
import type { ActivityType } from '#waiting-room/activity.ts';
import { ACTIVITY_TYPES, isVisitorEvent } from '#waiting-room/activity.ts';
import type { ConfigFault } from './config-error.ts';
import { ConfigError } from './config-error.ts';
import type { EnvReader, NamedToken, Refusal } from './env.ts';
import {
  activityTypes,
  bearerToken,
  cookieKeys,
  envReader,
  issuer,
  logLevel,
  namedTokens,
  port,
  redisUrl,
  text,
  truth,
  webhookKeys,
  webhookUrl,
} from './env.ts';
import { readSettingsFile } from './file.ts';
import { freeze } from './freeze.ts';
import type { PrivateJwks } from './jwks.ts';
import { generateJwks, parseJwks } from './jwks.ts';
import { kept, randomSecret } from './secrets.ts';

export interface WebhookConfig {
  readonly url: string;
  /** In base64. All sign. */
  readonly keys: readonly string[];
  readonly types: readonly ActivityType[];
}

export interface Config {
  readonly port: number;
  /** Null listens on all interfaces. */
  readonly host: string | null;
  /** The public URL, without a slash at its end. */
  readonly issuer: string;
  /** What the configuration file says there is; null without one. */
  readonly settings: FileSettings | null;
  /** Whether the demo room and shop are there: they stay away once there is a configuration file. */
  readonly demo: boolean;
  readonly shopPort: number;
  /** Absolute path of the embedded store's folder. */
  readonly dataDir: string;
  /** One URL or a comma-separated list of them; null for the embedded store. */
  readonly redisUrl: string | null;
  readonly adminToken: string;
  /** More tokens of operators, each with a name of its own. */
  readonly namedTokens: readonly NamedToken[];
  /** Where facts are delivered; null for nowhere. */
  readonly webhook: WebhookConfig | null;
  /** The first seals; all unseal. */
  readonly cookieKeys: readonly string[];
  readonly jwks: PrivateJwks;
  /** Whether X-Forwarded-* headers are believed. */
  readonly trustProxy: boolean;
  readonly logLevel: LogLevel;
}

/** What the environment alone says; null for a secret that it does not. */
interface Given extends Omit<Config, 'settings' | 'adminToken' | 'cookieKeys' | 'jwks'> {
  readonly configPath: string | null;
  readonly adminToken: string | null;
  readonly cookieKeys: readonly string[] | null;
  readonly jwksPath: string | null;
}

/**
 * Reads `env` and the files that it names, relative to `cwd`; secrets that are not given are kept in `keys/` there.
 * @throws {ConfigError} with every fault at once; then nothing was written.
 */
export async function loadConfig(env: NodeJS.ProcessEnv, cwd: string): Promise<Config> {
  const reader = envReader(env);
  const given = readEnv(reader, env, cwd);
  const faults: ConfigFault[] = reader.faults;

  const file = given.configPath === null ? null : await readSettingsFile(given.configPath);
  const jwks = given.jwksPath === null ? null : await readJwksFile(given.jwksPath);
  faults.push(...(file?.faults ?? []));
  if (jwks && 'refusal' in jwks) faults.push({ where: 'JWKS_FILE', message: jwks.refusal });
  if (faults.length > 0 || (jwks && 'refusal' in jwks)) throw new ConfigError(faults);

  const { configPath, jwksPath, ...rest } = given;
  const keep = keeper(join(cwd, 'keys'));
  return freeze({
    ...rest,
    settings: file?.settings ?? null,
    adminToken: given.adminToken ?? (await keep('admin-token', 'ADMIN_TOKEN', randomSecret, bearerToken)),
    cookieKeys: given.cookieKeys ?? (await keep('cookie-keys', 'COOKIE_KEYS', randomSecret, cookieKeys)),
    jwks: jwks ?? (await keep('jwks.json', 'JWKS_FILE', newJwks, parseJwks)),
  });
}

function readEnv({ read, faults }: EnvReader, env: NodeJS.ProcessEnv, cwd: string): Given {
  const path = (value: string) => resolve(cwd, value);
  const listenOn = read('PORT', 3000, port);
  const configPath = read('CONFIG', null, path);
  if (read('DYNAMODB_TABLE', null, text) !== null) {
    faults.push({ where: 'DYNAMODB_TABLE', message: 'is set, but this version has no DynamoDB store: use REDIS_URL' });
  }
  const adminToken = read('ADMIN_TOKEN', null, bearerToken);
  const tokens = read('ADMIN_TOKENS', [], namedTokens);
  const same = tokens.find(({ token }) => token === adminToken);
  if (same) faults.push({ where: 'ADMIN_TOKENS', message: `gives ${same.name} the token that is ADMIN_TOKEN` });
  return {
    port: listenOn,
    host: read('HOST', null, text),
    issuer: read('ISSUER', `http://localhost:${listenOn}`, issuer),
    configPath,
    demo: configPath === null,
    shopPort: read('SHOP_PORT', 3001, port),
    dataDir: read('DATA_DIR', path('data'), path),
    redisUrl: read('REDIS_URL', null, redisUrl),
    adminToken,
    namedTokens: tokens,
    webhook: readWebhook({ read, faults }, env),
    cookieKeys: read('COOKIE_KEYS', null, cookieKeys),
    jwksPath: read('JWKS_FILE', null, path),
    trustProxy: read('TRUST_PROXY', false, truth),
    // Beside the demo's words a line a request is in the way.
    logLevel: read('LOG_LEVEL', configPath === null ? 'warn' : 'info', logLevel),
  };
}

/** All of it or nothing: a webhook whose deliveries nobody could check is a fault. */
function readWebhook({ read, faults }: EnvReader, env: NodeJS.ProcessEnv): WebhookConfig | null {
  const url = read('WEBHOOK_URL', null, webhookUrl);
  const keys = read('WEBHOOK_SECRET', [], webhookKeys);
  const types = read(
    'WEBHOOK_EVENTS',
    ACTIVITY_TYPES.filter((type) => !isVisitorEvent(type)),
    activityTypes,
  );
  if (env.WEBHOOK_URL && !env.WEBHOOK_SECRET) {
    faults.push({ where: 'WEBHOOK_SECRET', message: 'is required with WEBHOOK_URL' });
  }
  return url === null ? null : { url, keys, types };
}

async function readJwksFile(path: string): Promise<PrivateJwks | Refusal> {
  try {
    return parseJwks(await readFile(path, 'utf8'));
  } catch (error) {
    return { refusal: `names a file that cannot be read: ${path} (${(error as NodeJS.ErrnoException).code})` };
  }
}

const newJwks = async () => JSON.stringify(await generateJwks(), null, 2);

/** Reads secrets kept in `folder`, or makes them; one that cannot be had is a fault that says what to set instead. */
function keeper(folder: string) {
  return async function keep<T>(
    name: string,
    variable: string,
    make: () => string | Promise<string>,
    parse: (text: string) => T | Refusal,
  ): Promise<T> {
    const path = join(folder, name);
    const fault = (what: string) =>
      new ConfigError([{ where: path, message: `${what}; ${variable} can be set instead` }]);
    const secret = await kept(path, make).catch((error: NodeJS.ErrnoException) => {
      throw fault(`can be neither read nor made (${error.code})`);
    });
    const value = parse(secret);
    if (typeof value === 'object' && value !== null && 'refusal' in value) throw fault(value.refusal);
    return value;
  };
}
