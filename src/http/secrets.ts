/** Secrets compared in a time that reveals nothing about them, not even their length: digests have equal lengths. */
import { hash, timingSafeEqual } from 'node:crypto';

/** What stands for a secret that is compared many times. */
export type SecretDigest = NodeJS.NonSharedUint8Array;

export const digestOf = (secret: string): SecretDigest => hash('sha256', secret, 'buffer');

export const isSameDigest = (one: SecretDigest, other: SecretDigest): boolean => timingSafeEqual(one, other);

export const isSameSecret = (one: string, other: string): boolean => isSameDigest(digestOf(one), digestOf(other));
