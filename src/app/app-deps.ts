import type { AuditReader } from '#admin/audit.ts';
import type { ChallengesDeps } from '#challenges/index.ts';
import type { Config } from '#config/config.ts';
import type { Lookups } from '#http/crawler-check.ts';
import type { Outbound } from '#outbound/index.ts';
import type { Locales } from '#pages/locale/index.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { Activity, Emit } from '#waiting-room/activity.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { ServiceAlerts } from '#waiting-room/service-alerts.ts';

/** What a service and a test bring. */
export interface AppDeps {
  readonly config: Partial<
    Pick<
      Config,
      'adminOidc' | 'demo' | 'keyRotation' | 'metricsToken' | 'push' | 'shopPort' | 'smtp' | 'sns' | 'webhook'
    >
  > &
    Pick<Config, 'issuer' | 'jwks' | 'cookieKeys' | 'adminToken' | 'namedTokens' | 'awsCredentials' | 'trustProxy'>;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Sends the service's own requests. */
  readonly outbound: Outbound;
  /** Looks up the names of crawlers' addresses. Default: the system's name servers. */
  readonly crawlerLookups?: Lookups | undefined;
  /** The languages of the pages. Default: those of the folders, which are read at start. */
  readonly locales?: { readonly visitors: Locales; readonly panel: Locales };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Emits activity events. */
  readonly emit: Emit;
  /** The alerts of this process. Default: none. */
  readonly serviceAlerts?: Pick<ServiceAlerts, 'raised'>;
  /** Calls the function with each activity event of this process from now on. Default: with none. */
  readonly subscribe?: (sink: (activity: Activity) => void) => void;
  /** The audit log, newest entries first. */
  readonly audit: AuditReader;
  /** Where to verify tokens of challenge providers instead of at the vendors'. */
  readonly verifyUrls?: ChallengesDeps['verifyUrls'];
  /** Whether /readyz refuses requests, because the process is not ready yet or is shutting down. */
  readonly draining?: () => boolean;
}
