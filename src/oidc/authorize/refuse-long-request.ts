import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { LONGEST_QUERY } from '#pages/waiting/address.ts';

/** Refuses a pushed request that is longer than one in an address may be, so that nobody fills the store with it. */
export function refuseLongRequest({ oidc: { params } }: KoaContextWithOIDC): void {
  const length = Object.values(params ?? {}).reduce<number>((sum, value) => sum + String(value ?? '').length, 0);
  if (length <= LONGEST_QUERY) return;
  throw new errors.InvalidRequest(`the request must have at most ${LONGEST_QUERY} characters`);
}
