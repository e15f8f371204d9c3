/** The rotation of the signing keys as a value: which keys are published, which sign, and what a rotation changes. */
import type { JWK } from 'jose';

/** How long, in ms, a new key is published before it signs: relying parties cache the set. */
export const PUBLISHED_AHEAD = 24 * 3_600_000;

/** A key, and when it does what. Times are milliseconds since the epoch. */
export interface RotatedKey {
  readonly kid: string;
  readonly alg: string;
  /** Null for a key of JWKS_FILE or `keys/`, which has the key itself. */
  readonly jwk: JWK | null;
  readonly addedAt: number;
  readonly signsFrom: number;
  /** When it leaves the JWKS. Null while it has no successor. */
  readonly removeAt: number | null;
}

export type Rotation = readonly RotatedKey[];

/** `next`: published, and does not sign yet. `previous`: published, and signs nothing. */
export type KeyStatus = 'next' | 'signing' | 'previous';

export interface PublishedKey extends RotatedKey {
  readonly jwk: JWK;
  readonly status: KeyStatus;
  readonly source: 'file' | 'rotation';
}

/** A private key with an id. */
export type NamedKey = JWK & { readonly kid: string };

const BY_TYPE: Readonly<Record<string, string>> = { RSA: 'RS256', EC: 'ES256', OKP: 'EdDSA' };
export const algorithmOf = ({ alg, kty = '' }: JWK): string => alg ?? BY_TYPE[kty] ?? '';

/** The keys of a file before any rotation. They sign in the order of the file. */
export const firstRotation = (file: readonly NamedKey[], now: number): Rotation =>
  file.map((key) => ({
    kid: key.kid,
    alg: algorithmOf(key),
    jwk: null,
    addedAt: now,
    signsFrom: 0,
    removeAt: null,
  }));

/** The keys of a file that are in no rotation yet. */
export function addedToFile(file: readonly NamedKey[], rotation: Rotation, now: number): Rotation {
  const known = new Set(rotation.map(({ kid }) => kid));
  return firstRotation(
    file.filter(({ kid }) => !known.has(kid)),
    now,
  );
}

/**
 * The published keys: of each algorithm first the one that signs, then those before it, latest first, then the next
 * ones. A key that was put into the file after a rotation is published and does not sign.
 */
export function publishedKeys(file: readonly NamedKey[], rotation: Rotation, now: number): readonly PublishedKey[] {
  const added = rotation.length === 0 ? 0 : Number.NEGATIVE_INFINITY;
  const all = [...rotation, ...addedToFile(file, rotation, 0).map((key) => ({ ...key, signsFrom: added }))];
  const usable = all.flatMap((key) => {
    const jwk = key.jwk ?? file.find(({ kid }) => kid === key.kid);
    const source = key.jwk === null ? ('file' as const) : ('rotation' as const);
    return jwk && (key.removeAt === null || key.removeAt > now) ? [{ ...key, jwk, source }] : [];
  });
  const order = (key: RotatedKey) => (key.signsFrom > now ? Number.NEGATIVE_INFINITY : key.signsFrom);
  const ordered = usable
    .map((key, index) => ({ key, index }))
    .sort((a, b) => compare(order(b.key), order(a.key)) || a.index - b.index)
    .map(({ key }) => key);
  const signing = new Set<string>();
  return ordered.map((key) => {
    if (key.signsFrom > now) return { ...key, status: 'next' as const };
    const status = signing.has(key.alg) ? ('previous' as const) : ('signing' as const);
    signing.add(key.alg);
    return { ...key, status };
  });
}

/** Infinities included. */
const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);

export interface RotationStep {
  /** A new key for each algorithm that signs. */
  readonly fresh: readonly NamedKey[];
  readonly now: number;
  /** How long the tokens of a key may be valid after it has signed the last one, in ms. */
  readonly keepFor: number;
  /** The new keys sign at once, and all others are dropped. */
  readonly emergency: boolean;
}

/** Adds new keys, which sign a day later, and says when the former keys go. */
export function rotate(rotation: Rotation, { fresh, now, keepFor, emergency }: RotationStep): Rotation {
  const signsFrom = emergency ? now : now + PUBLISHED_AHEAD;
  const removeAt = emergency ? now : signsFrom + keepFor;
  const former = rotation
    .filter((key) => key.removeAt === null || key.removeAt > now || key.jwk === null)
    .map((key) => {
      const at = key.removeAt === null || emergency ? removeAt : key.removeAt;
      return at <= now && key.jwk !== null ? null : { ...key, removeAt: Math.min(at, key.removeAt ?? at) };
    })
    .filter((key) => key !== null);
  const added = fresh.map((jwk) => ({
    kid: jwk.kid,
    alg: algorithmOf(jwk),
    jwk,
    addedAt: now,
    signsFrom,
    removeAt: null,
  }));
  return [...former, ...added];
}
