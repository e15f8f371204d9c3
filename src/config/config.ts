/**
 * Reads the environment and the configuration file into one frozen value, and reports every fault at once. It opens no
 * store and no socket. This folder imports settings, telemetry and the words of waiting-room.
 */
import { join, resolve } from 'node:path';
import type { FileSettings } from '#settings/file.ts';
import type { PrivateJwks } from '#signing-keys/jwks.ts';
import { generateJwks, parseJwks } from '#signing-keys/jwks.ts';
import type { LogLevel } from '#telemetry/log.ts';
import type { TracesConfig } from '#telemetry/traces-config.ts';
import type { ActivityType } from '#waiting-room/activity.ts';
import { ACTIVITY_TYPES, isVisitorEvent } from '#waiting-room/activity.ts';
import { type AdminOidc, readAdminOidc } from './admin-oidc.ts';
import { regionFaults } from './aws-region.ts';
import type { ConfigFault } from './config-error.ts';
import { ConfigError } from './config-error.ts';
import { dataDirFault } from './data-dir.ts';
import { type DynamoConfig, readDynamo } from './dynamodb.ts';
import type { AwsCredential, EnvReader, NamedToken, Refusal } from './env.ts';
import {
  activityTypes,
  awsCredentials,
  bearerToken,
  configRevision,
  cookieKeys,
  crowdSize,
  drainDelay,
  envReader,
  eventBus,
  flag,
  keyRotation,
  logLevel,
  namedTokens,
  port,
  redisUrl,
  secretId,
  snsTopics,
  webhookKeys,
  webhookUrl,
  workerCount,
} from './env.ts';
import { readSettingsFile } from './file.ts';
import { freeze } from './freeze.ts';
import { host } from './host.ts';
import { issuer } from './issuer.ts';
import { type KeySource, type ReadSecret, readAwsSecret, readKeys } from './key-source.ts';
import { type ClientFaultsOf, keysToCome, partyFaults } from './party-faults.ts';
import { type Push, readPush } from './push.ts';
import { kept, randomSecret } from './secrets.ts';
import { readSmtp, type Smtp } from './smtp.ts';
import { readTraces } from './traces.ts';
import { trustProxy } from './trust-proxy.ts';

export interface WebhookConfig {
  readonly url: string;
  /** In base64. Each delivery is signed with all of them. */
  readonly keys: readonly string[];
  readonly types: readonly ActivityType[];
}

export interface EventBusConfig {
  /** Its name or ARN. */
  readonly bus: string;
  readonly types: readonly ActivityType[];
}

export interface Config {
  readonly port: number;
  /** The address to listen on. Null: all interfaces. */
  readonly host: string | null;
  /** The public URL, without a trailing slash. Everything is below its path, if it has one. */
  readonly issuer: string;
  /** The contents of the configuration file, or null without one. */
  readonly settings: FileSettings | null;
  /** Whether to run the demo room and shop. With a configuration file there is no demo. */
  readonly demo: boolean;
  readonly shopPort: number;
  /** How many simulated visitors the demo brings. */
  readonly crowd: number;
  /** The absolute path of the embedded store's folder. */
  readonly dataDir: string;
  /** A URL or a comma-separated list of them. Null: the embedded store. */
  readonly redisUrl: string | null;
  /** What must survive the loss of the store is there too. Null: nowhere. */
  readonly dynamodb: DynamoConfig | null;
  readonly adminToken: string;
  /** The file that the admin token was generated into. Null: the token is set. */
  readonly adminTokenFile: string | null;
  /** Additional operator tokens, each with a name that appears in the audit log. */
  readonly namedTokens: readonly NamedToken[];
  /** What Prometheus presents at `/metrics`. Null: nothing. */
  readonly metricsToken: string | null;
  /** Where operators sign in to the control panel besides. Null: nowhere. */
  readonly adminOidc: AdminOidc | null;
  /** The credentials that may sign requests to the private API of AWS's clients. */
  readonly awsCredentials: readonly AwsCredential[];
  /** The topics of SNS that may subscribe and send, and where SNS is if not at AWS. */
  readonly sns: { readonly topics: readonly string[]; readonly endpoint: string | null };
  /** Where activity events are delivered. Null: nowhere. */
  readonly webhook: WebhookConfig | null;
  /** The bus of EventBridge that activity events go to, and the types. Null: none. */
  readonly eventBus: EventBusConfig | null;
  /** Where e-mail to visitors goes out. Null: none is sent. */
  readonly smtp: Smtp | null;
  readonly push: Push | null;
  /** The first seals, all open. */
  readonly cookieKeys: readonly string[];
  readonly jwks: PrivateJwks;
  /** Which reverse proxies may name the client: so many, or those with these addresses and CIDR ranges. */
  readonly trustProxy: number | readonly string[];
  /** How long the process answers after SIGTERM before its port closes, in ms. */
  readonly drainDelay: number;
  /** Whether settings of the admin API may name this machine, link-local addresses and metadata services. */
  readonly allowPrivateTargets: boolean;
  readonly logLevel: LogLevel;
  /** How traces are made and sent. Null: there are none. */
  readonly traces: TracesConfig | null;
  /** How many processes serve the port. With 1 there is no parent. */
  readonly workers: number;
  /** The age at which signing keys are rotated, in ms. Null: never. `default`: after 30 days, unless a room has `aws`. */
  readonly keyRotation: number | null | 'default';
  /** Which of several versions of the configuration file this is. Null: none is named. */
  readonly configRevision: number | null;
}

/** The values of the environment. Null: a secret that is not set. */
interface Given extends Omit<Config, 'settings' | 'adminToken' | 'adminTokenFile' | 'cookieKeys' | 'jwks'>, KeySource {
  readonly configPath: string | null;
  readonly adminToken: string | null;
  readonly cookieKeys: readonly string[] | null;
}

/**
 * Reads `env` and the files that it names, relative to `cwd`. Creates secrets that are not set, and keeps them in `keys/`.
 * @param clientFaultsOf asks the OpenID provider about the relying parties of the file.
 * @param readSecret reads KEYS_SECRET_ID.
 * @throws {ConfigError} with every fault. Then nothing was written.
 */
export async function loadConfig(
  env: NodeJS.ProcessEnv,
  cwd: string,
  clientFaultsOf: ClientFaultsOf = () => async () => [],
  readSecret: ReadSecret = readAwsSecret,
): Promise<Config> {
  const reader = envReader(env);
  const given = readEnv(reader, env, cwd);
  const faults: ConfigFault[] = reader.faults;

  const file = given.configPath === null ? null : await readSettingsFile(given.configPath);
  const { jwks, faults: keyFaults } = await readKeys(given, readSecret);
  faults.push(...(file?.faults ?? []));
  const dataDir = given.redisUrl === null && !env.REDIS_URL ? await dataDirFault(given.dataDir) : null;
  if (dataDir !== null) faults.push({ where: 'DATA_DIR', message: dataDir });
  const folder = join(cwd, 'keys');
  faults.push(...keyFaults);
  if (keyFaults.length === 0 && file?.settings) {
    faults.push(...(await partyFaults(file, jwks ?? (await keysToCome(folder)), clientFaultsOf)));
  }
  if (faults.length > 0) throw new ConfigError(faults);

  const { configPath, jwksPath, keysSecretId, ...rest } = given;
  const keep = keeper(folder);
  return freeze({
    ...rest,
    settings: file?.settings ?? null,
    adminToken: given.adminToken ?? (await keep('admin-token', 'ADMIN_TOKEN', randomSecret, bearerToken)),
    adminTokenFile: given.adminToken === null ? join(folder, 'admin-token') : null,
    cookieKeys: given.cookieKeys ?? (await keep('cookie-keys', 'COOKIE_KEYS', randomSecret, cookieKeys)),
    jwks: jwks ?? (await keep('jwks.json', 'JWKS_FILE', newJwks, parseJwks)),
  });
}

function readEnv({ read, faults }: EnvReader, env: NodeJS.ProcessEnv, cwd: string): Given {
  const path = (value: string) => resolve(cwd, value);
  const listenOn = read('PORT', 3000, port);
  const configPath = read('CONFIG', null, path);
  const adminToken = read('ADMIN_TOKEN', null, bearerToken);
  const tokens = read('ADMIN_TOKENS', [], namedTokens);
  const same = tokens.find(({ token }) => token === adminToken);
  if (same) faults.push({ where: 'ADMIN_TOKENS', message: `must not give ${same.name} the token of ADMIN_TOKEN` });
  return {
    port: listenOn,
    host: read('HOST', null, host),
    issuer: read('ISSUER', `http://localhost:${listenOn}`, issuer),
    configPath,
    demo: configPath === null,
    shopPort: read('SHOP_PORT', 3001, port),
    crowd: read('CROWD', 40, crowdSize),
    dataDir: read('DATA_DIR', path('data'), path),
    redisUrl: read('REDIS_URL', null, redisUrl),
    dynamodb: readDynamo({ read, faults }, env),
    adminToken,
    namedTokens: tokens,
    metricsToken: read('METRICS_TOKEN', null, bearerToken),
    adminOidc: readAdminOidc({ read, faults }, env),
    awsCredentials: read('AWS_API_CREDENTIALS', [], awsCredentials),
    sns: {
      topics: read('AWS_SNS_TOPICS', [], snsTopics),
      endpoint: read('AWS_ENDPOINT_URL_SNS', null, webhookUrl),
    },
    webhook: readWebhook({ read, faults }, env),
    eventBus: readEventBus({ read, faults }, env),
    smtp: readSmtp({ read, faults }, env),
    push: readPush({ read, faults }, env),
    cookieKeys: read('COOKIE_KEYS', null, cookieKeys),
    jwksPath: read('JWKS_FILE', null, path),
    keysSecretId: readKeysSecretId({ read, faults }, env),
    trustProxy: read('TRUST_PROXY', 0, trustProxy),
    drainDelay: read('DRAIN_DELAY', 5000, drainDelay),
    // The demo is for one's own machine.
    allowPrivateTargets: read('ALLOW_PRIVATE_TARGETS', configPath === null, flag),
    keyRotation: read<number | null | 'default'>('KEY_ROTATION', 'default', keyRotation),
    configRevision: read('CONFIG_REVISION', null, configRevision),
    workers: readWorkers({ read, faults }, env),
    // In the demo, a log line for each request would hide the URLs to open.
    logLevel: read('LOG_LEVEL', configPath === null ? 'warn' : 'info', logLevel),
    traces: readTraces({ read, faults }, env),
  };
}

/** The embedded store belongs to one process, and so does the demo. */
function readWorkers({ read, faults }: EnvReader, env: NodeJS.ProcessEnv): number {
  const workers = read('WORKERS', 1, workerCount);
  if (workers > 1 && !env.REDIS_URL) {
    const message = `is ${workers}, but only one process can use the embedded store. Set REDIS_URL, or leave WORKERS out`;
    faults.push({ where: 'WORKERS', message });
  } else if (workers > 1 && !env.CONFIG) {
    faults.push({ where: 'WORKERS', message: `is ${workers}, but the demo runs in one process. Set CONFIG` });
  }
  return workers;
}

const NOT_OF_VISITORS = ACTIVITY_TYPES.filter((type) => !isVisitorEvent(type));

/** A webhook without a secret is a fault, because the receiver could not verify its deliveries. */
function readWebhook({ read, faults }: EnvReader, env: NodeJS.ProcessEnv): WebhookConfig | null {
  const url = read('WEBHOOK_URL', null, webhookUrl);
  const keys = read('WEBHOOK_SECRET', [], webhookKeys);
  const types = read('WEBHOOK_EVENTS', NOT_OF_VISITORS, activityTypes);
  if (env.WEBHOOK_URL && !env.WEBHOOK_SECRET) {
    faults.push({ where: 'WEBHOOK_SECRET', message: 'is required with WEBHOOK_URL' });
  }
  return url === null ? null : { url, keys, types };
}

function readEventBus({ read, faults }: EnvReader, env: NodeJS.ProcessEnv): EventBusConfig | null {
  const bus = read('AWS_EVENT_BUS', null, eventBus);
  const types = read('AWS_EVENT_BUS_EVENTS', NOT_OF_VISITORS, activityTypes);
  if (bus !== null) faults.push(...regionFaults('AWS_EVENT_BUS', env));
  return bus === null ? null : { bus, types };
}

function readKeysSecretId({ read, faults }: EnvReader, env: NodeJS.ProcessEnv): string | null {
  const id = read('KEYS_SECRET_ID', null, secretId);
  // An ARN names the region too, but the SDK does not read it there.
  if (id !== null) faults.push(...regionFaults('KEYS_SECRET_ID', env));
  return id;
}

const newJwks = async () => JSON.stringify(await generateJwks(), null, 2);

/** Reads the secrets in `folder`, or creates them. A secret that cannot be read is a fault that names the variable to set. */
function keeper(folder: string) {
  return async function keep<T>(
    name: string,
    variable: string,
    make: () => string | Promise<string>,
    parse: (text: string) => T | Refusal,
  ): Promise<T> {
    const path = join(folder, name);
    const fault = (what: string) =>
      new ConfigError([{ where: path, message: `${what}. Repair it, or set ${variable} instead` }]);
    const secret = await kept(path, make).catch((error: NodeJS.ErrnoException) => {
      throw fault(`can be neither read nor created (${error.code})`);
    });
    const value = parse(secret);
    if (typeof value === 'object' && value !== null && 'refusal' in value) throw fault(value.refusal);
    return value;
  };
}
