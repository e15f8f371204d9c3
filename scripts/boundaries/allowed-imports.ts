/**
 * The table of boundaries: what each part of `src` may import. What is not listed here is refused, and so is a file or
 * folder of `src` that has no entry. To add a folder, add an entry; to let a folder use another, name it here, and
 * change ARCHITECTURE.md if a boundary moves.
 */

export interface Boundary {
  /** Other entries of this table. A part may always import itself. */
  readonly imports: readonly string[];
  /** Packages and modules of Node; `node:*` stands for all modules of Node but `node:sqlite`. */
  readonly packages: readonly string[];
}

const door = (imports: readonly string[], packages: readonly string[]): Boundary => ({
  imports: ['src/challenges', 'src/http', 'src/pages', 'src/settings', 'src/telemetry', 'src/waiting-room', ...imports],
  packages: ['node:*', 'koa', ...packages],
});

/** By path. A folder stands for all that is in it; `FOLDER/*` for the files directly in it. */
export const ALLOWED_IMPORTS: Readonly<Record<string, Boundary>> = {
  'src/main.ts': {
    imports: ['src/config', 'src/http', 'src/oidc', 'src/service.ts', 'src/workers'],
    packages: ['node:*'],
  },
  'src/service.ts': {
    imports: [
      'src/activity',
      'src/app.ts',
      'src/apply-settings.ts',
      'src/clock',
      'src/config',
      'src/outbound',
      'src/settings',
      'src/store/*',
      'src/telemetry',
      'src/telemetry/traces.ts',
      'src/waiting-room',
      'src/workers',
    ],
    packages: ['node:*'],
  },
  'src/app.ts': {
    imports: [
      'src/admin',
      'src/app',
      'src/aws',
      'src/http',
      'src/notices',
      'src/oidc',
      'src/pages',
      'src/public',
      'src/signing-keys',
      'src/waiting-room',
    ],
    packages: ['node:http'],
  },
  'src/app': {
    imports: [
      'src/admin',
      'src/agents',
      'src/aws',
      'src/challenges',
      'src/config',
      'src/http',
      'src/notices',
      'src/oidc',
      'src/outbound',
      'src/pages',
      'src/passes',
      'src/signing-keys',
      'src/telemetry',
      'src/tokens',
      'src/waiting-room',
    ],
    packages: ['node:*'],
  },
  'src/apply-settings.ts': { imports: ['src/settings', 'src/telemetry', 'src/waiting-room'], packages: ['node:*'] },

  // Doors know neither the stores, nor the configuration, nor each other.
  'src/admin': door(
    ['simulate', 'src/outbound', 'src/signing-keys'],
    ['@koa/router', 'esbuild', 'openid-client', 'zod'],
  ),
  'src/aws': door(['src/outbound', 'src/tokens'], []),
  'src/oidc': door(['src/passes', 'src/outbound'], ['oidc-provider', 'jose', '@koa/router', 'ejs']),
  'src/public': door(['src/passes', 'src/tokens'], ['@koa/router']),
  'src/clock': { imports: ['src/outbound', 'src/telemetry', 'src/waiting-room'], packages: ['node:*'] },

  // What doors share: HTML pages, and the tokens that are issued outside oidc-provider.
  'src/pages': {
    imports: ['src/challenges', 'src/http', 'src/telemetry', 'src/themes', 'src/waiting-room'],
    packages: ['node:*', 'koa', '@koa/router', 'ejs', 'intl-messageformat'],
  },
  'src/signing-keys': { imports: ['src/waiting-room'], packages: ['node:*', 'jose'] },
  'src/tokens': { imports: ['src/waiting-room'], packages: ['node:crypto', 'jose'] },
  // Challenges, and the proofs that solve them.
  'src/challenges': { imports: ['src/outbound', 'src/telemetry', 'src/waiting-room'], packages: ['node:*'] },
  'src/activity': {
    imports: ['src/outbound', 'src/telemetry', 'src/waiting-room'],
    packages: ['node:*', '@aws-sdk/client-eventbridge'],
  },
  'src/config': {
    // The one form of REDIS_URL is the store's.
    imports: ['src/settings', 'src/signing-keys', 'src/store/redis/address.ts', 'src/telemetry', 'src/waiting-room'],
    packages: ['node:*', 'jose', 'yaml', '@aws-sdk/client-secrets-manager'],
  },
  'src/http': {
    imports: ['src/settings', 'src/telemetry', 'src/waiting-room'],
    packages: ['node:*', 'koa', '@koa/router', 'proxy-addr', 'zod'],
  },
  // One place in line for each signed pass.
  'src/passes': { imports: ['src/outbound', 'src/waiting-room'], packages: ['node:timers/promises', 'jose'] },
  // Agents that sign their requests.
  'src/agents': { imports: ['src/outbound', 'src/waiting-room'], packages: ['node:crypto'] },
  // Messages to visitors ahead of their turn.
  'src/notices': {
    imports: ['src/outbound', 'src/pages', 'src/telemetry', 'src/waiting-room'],
    packages: ['node:*', 'ejs', 'nodemailer', 'web-push'],
  },
  // Several processes on one port. It knows neither the service nor its store.
  'src/workers': { imports: ['src/telemetry'], packages: ['node:cluster'] },
  // The service's own requests, and where they may go.
  'src/outbound': { imports: [], packages: ['node:*'] },
  'src/settings': { imports: ['src/themes', 'src/waiting-room'], packages: ['zod'] },
  // What a theme may contain, and what becomes of it.
  'src/themes': {
    imports: ['src/waiting-room'],
    packages: ['node:*', 'css-tree', 'intl-messageformat', 'mustache', 'parse5', 'saxes'],
  },
  'src/telemetry/traces.ts': {
    imports: ['src/telemetry', 'src/waiting-room'],
    packages: [
      'node:http',
      '@opentelemetry/api',
      '@opentelemetry/context-async-hooks',
      '@opentelemetry/core',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/exporter-trace-otlp-proto',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-trace',
    ],
  },
  'src/telemetry': { imports: ['src/waiting-room'], packages: ['pino', 'prom-client'] },

  // An adapter knows its driver and the ports; only compose.ts knows the adapters.
  'src/store/*': {
    imports: ['src/store/dynamodb', 'src/store/embedded', 'src/store/redis', 'src/telemetry', 'src/waiting-room'],
    packages: [],
  },
  'src/store/dynamodb': {
    imports: ['src/waiting-room'],
    packages: ['node:*', '@aws-sdk/client-dynamodb'],
  },
  'src/store/embedded': { imports: ['src/waiting-room'], packages: ['node:*', 'node:sqlite'] },
  'src/store/redis/address.ts': { imports: [], packages: [] },
  'src/store/redis': { imports: ['src/store/redis/address.ts', 'src/waiting-room'], packages: ['node:*', 'ioredis'] },

  // The domain knows nobody. Randomness and hashes come from node:crypto; it reads no clock.
  'src/waiting-room': { imports: [], packages: ['node:crypto'] },

  // The simulation has a clock of its own and no store.
  simulate: { imports: ['src/settings', 'src/waiting-room'], packages: ['node:*', 'yaml', 'zod'] },
};
