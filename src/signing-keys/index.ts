/**
 * The signing keys of the service: those of JWKS_FILE or `keys/`, and those that rotations added. It owns when a key is
 * published, signs and goes. It signs nothing. The keys that a rotation makes are in the store, sealed with COOKIE_KEYS,
 * so that every process has them. It imports the ports of the waiting room.
 */
import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { Emit } from '#waiting-room/activity.ts';
import type { Leases } from '#waiting-room/ports/leases.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { SigningKeysStore } from '#waiting-room/ports/signing-keys.ts';
import type { Seal } from '#waiting-room/seal.ts';
import { generateKey, type PrivateJwks } from './jwks.ts';
import {
  addedToFile,
  firstRotation,
  type NamedKey,
  type PublishedKey,
  publishedKeys,
  type Rotation,
  rotate,
} from './rotation.ts';

export { generateJwks, type PrivateJwks, parseJwks } from './jwks.ts';
export type { PublishedKey } from './rotation.ts';

const LEASE = 'signing-keys';
/** In ms. */
const LEASE_TTL = 10_000;
const DAY = 24 * 3_600_000;
const CONTEXT = 'signing keys';

/** Why a rotation is refused. */
export class RotationInProgress extends Error {
  readonly until: number | null;

  /** @param until when the rotation that is under way ends, in ms since the epoch; null if it just began. */
  constructor(until: number | null) {
    super('the signing keys are being rotated');
    this.name = 'RotationInProgress';
    this.until = until;
  }
}

export interface RotateOptions {
  /** The name of an operator's token, or a part of the service. */
  readonly by: string;
  readonly addressHash?: string | undefined;
  /** Why, in the operator's words. */
  readonly reason?: string | undefined;
  /** The new keys sign at once. All others are dropped, and no token that they signed verifies. */
  readonly emergency: boolean;
}

export interface SigningKeySet {
  /** Of each algorithm the first key signs. The same object until the keys change. */
  current(): PrivateJwks;
  list(): Promise<readonly PublishedKey[]>;
  /** Rejects with RotationInProgress while a new key waits to sign, unless this is an emergency. */
  rotate(options: RotateOptions): Promise<readonly PublishedKey[]>;
  /** Takes up what another process rotated, and rotates keys that are too old. To be called every few seconds. */
  look(): Promise<void>;
}

export interface SigningKeySetDeps {
  /** The keys of the file. */
  readonly file: PrivateJwks;
  readonly store: SigningKeysStore;
  readonly leases: Leases;
  readonly settings: Pick<SettingsStore, 'rooms'>;
  readonly seal: Pick<Seal, 'seal' | 'open'>;
  readonly emit: Emit;
  readonly log: { info(details: object, message: string): void; error(details: object, message: string): void };
  /** Rotates keys of this age, in ms; null never, and `default` never while a room has `aws`, else after 30 days. */
  readonly maxAge?: number | null | 'default' | undefined;
  readonly now: () => number;
}

const DEFAULT_AGE = 30 * DAY;

export function createSigningKeySet(deps: SigningKeySetDeps): SigningKeySet {
  const { file, store, leases, settings, seal, emit, log, maxAge = null, now } = deps;
  const holder = randomUUID();
  let jwks = file;
  let version = '';
  let rotation: Rotation = [];
  let isUnreadable = false;
  let named: Promise<readonly NamedKey[]> | undefined;
  const fileKeys = () => {
    named ??= Promise.all(
      file.keys.map(async (key) => ({ ...key, kid: key.kid ?? (await calculateJwkThumbprint(key)) })),
    );
    return named;
  };

  async function read(): Promise<Rotation | null> {
    const sealed = await store.read();
    const opened = sealed === null ? null : seal.open(sealed, CONTEXT);
    if (sealed !== null && !opened) {
      if (!isUnreadable) log.error({}, 'signing keys in the store were sealed with other COOKIE_KEYS');
      isUnreadable = true;
      return null;
    }
    isUnreadable = false;
    return opened && (JSON.parse(Buffer.from(opened).toString('utf8')) as Rotation);
  }

  async function write(next: Rotation): Promise<void> {
    await store.write(seal.seal(Buffer.from(JSON.stringify(next)), CONTEXT));
    rotation = next;
  }

  /** Changes the rotation in one process at a time. */
  async function change(decide: (current: Rotation) => Promise<Rotation>): Promise<void> {
    if (!(await leases.lease(LEASE, holder, LEASE_TTL))) throw new RotationInProgress(null);
    try {
      await write(await decide((await read()) ?? rotation));
    } finally {
      await leases.release(LEASE, holder);
    }
  }

  async function publish(): Promise<readonly PublishedKey[]> {
    const keys = publishedKeys(await fileKeys(), rotation, now());
    const published = keys.map(({ kid, status }) => `${kid} ${status === 'next'}`).join();
    if (published !== version && (version !== '' || rotation.length > 0)) jwks = { keys: keys.map(({ jwk }) => jwk) };
    version = published;
    return keys;
  }

  async function keepFor(): Promise<number> {
    const rooms = await settings.rooms();
    return Math.max(DAY, ...rooms.map(({ admission }) => 2 * admission.lifetime));
  }

  async function rotateNow({ by, addressHash, reason, emergency }: RotateOptions): Promise<readonly PublishedKey[]> {
    const keys = await fileKeys();
    let fresh: readonly NamedKey[] = [];
    await change(async (current) => {
      const before = publishedKeys(keys, current, now());
      const next = before.find(({ status }) => status === 'next');
      if (next && !emergency) throw new RotationInProgress(next.signsFrom);
      const algorithms = [...new Set(before.map(({ alg }) => alg))];
      fresh = (await Promise.all(algorithms.map(generateKey))) as NamedKey[];
      const whole = [...current, ...addedToFile(keys, current, now())];
      return rotate(whole, { fresh, now: now(), keepFor: await keepFor(), emergency });
    });
    const published = await publish();
    const detail = {
      emergency,
      kids: fresh.map(({ kid }) => kid),
      signs_from: new Date(published.find(({ kid }) => kid === fresh[0]?.kid)?.signsFrom ?? now()).toISOString(),
    };
    const from = {
      ...(addressHash === undefined ? {} : { address_hash: addressHash }),
      ...(reason === undefined ? {} : { reason }),
    };
    emit('operator.acted', { by, action: 'keys.rotated', subject: 'signing keys', detail, ...from });
    log.info({ by, ...detail }, 'signing keys rotated');
    return published;
  }

  /** Whether the keys that sign are too old, and no others wait to sign. */
  async function isDue(limit: number): Promise<boolean> {
    const published = publishedKeys(await fileKeys(), rotation, now());
    const since = published
      .filter(({ status }) => status === 'signing')
      .map((key) => Math.max(key.signsFrom, key.addedAt));
    return published.every(({ status }) => status !== 'next') && Math.min(...since) + limit <= now();
  }

  async function rotateIfOld(): Promise<void> {
    if (maxAge === null || isUnreadable) return;
    const isNew = rotation.length === 0;
    if (!isNew && !(await isDue(maxAge === 'default' ? DEFAULT_AGE : maxAge))) return;
    if (maxAge === 'default' && (await settings.rooms()).some(({ aws }) => aws)) return;
    if (!isNew) {
      await rotateNow({ by: 'anteroom', emergency: false });
      return;
    }
    const keys = await fileKeys();
    await change(async (current) => (current.length > 0 ? current : firstRotation(keys, now())));
  }

  return {
    current: () => jwks,
    async list() {
      rotation = (await read()) ?? rotation;
      return publish();
    },
    rotate: rotateNow,
    async look() {
      const stored = await read();
      // A store that was lost gets back what this process knows.
      if (stored === null && rotation.length > 0 && !isUnreadable)
        await change(async (current) => current).catch(ignoreOthers);
      rotation = stored ?? rotation;
      await rotateIfOld().catch(ignoreOthers);
      await publish();
    },
  };
}

/** Another process does the same at this moment. */
function ignoreOthers(error: unknown): void {
  if (!(error instanceof RotationInProgress)) throw error;
}
