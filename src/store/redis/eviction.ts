/**
 * Whether Redis may evict keys. A line is lost with any of its keys, so a process is not ready on such a server. Managed
 * services refuse CONFIG and say the same in INFO; where neither is allowed, nothing is refused.
 */
import type { Redis } from 'ioredis';
import { StoreEvicts } from '#waiting-room/errors.ts';
import type { RedisClient, StoreLog } from './client.ts';
import { primariesOf, readInfo, readSetting } from './info.ts';

/** How often the policy is read, in ms: an operator may change it at run time. */
const EVERY = 10_000;

export interface EvictionWatch {
  /** Rejects with StoreEvicts where a primary may evict keys. */
  check(): Promise<void>;
  stop(): void;
}

export interface EvictionWatchDeps {
  readonly client: RedisClient;
  readonly log?: StoreLog | undefined;
  readonly every?: number | undefined;
}

export function watchEviction({ client, log, every = EVERY }: EvictionWatchDeps): EvictionWatch {
  /** The policy that evicts, as it was logged. */
  let known: string | null = null;
  let isUnknownLogged = false;

  function report(policy: string | null): void {
    if (policy !== null && policy !== known) log?.warn({}, new StoreEvicts(policy).message);
    if (policy === null && known !== null) log?.info({}, 'Redis no longer evicts keys');
    known = policy;
  }

  async function check(): Promise<void> {
    const policies = await Promise.all(primariesOf(client).map(policyOf));
    if (policies.includes(undefined) && !isUnknownLogged) {
      isUnknownLogged = true;
      log?.warn({}, 'Redis does not say its maxmemory-policy: make sure that it is noeviction');
    }
    // A server that did not answer is as it was.
    if (policies.includes(null)) return;
    const evicting = policies.find((policy) => policy !== undefined && policy !== KEEPS) ?? null;
    report(evicting);
    if (evicting !== null) throw new StoreEvicts(evicting);
  }

  const timer = setInterval(() => check().catch(() => undefined), every);
  timer.unref();
  return { check, stop: () => clearInterval(timer) };
}

const KEEPS = 'noeviction';

/** The policy by which the server evicts keys; `undefined` where it does not say, null where it did not answer. */
async function policyOf(node: Redis): Promise<string | null | undefined> {
  const info = await readInfo(node, 'memory');
  if (info === null) return null;
  const {
    maxmemory = await readSetting(node, 'maxmemory'),
    maxmemory_policy = await readSetting(node, 'maxmemory-policy'),
  } = info;
  if (maxmemory === '0') return KEEPS;
  return maxmemory_policy;
}
