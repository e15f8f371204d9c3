import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { canTravel, LONGEST_QUERY } from '#pages/waiting/address.ts';
import { browserQuery } from './pushed-requests.ts';

/** Refuses a request that does not fit into the waiting page's address: to wait, it would need a row in the store. */
export function refuseLongRequest(ctx: KoaContextWithOIDC): void {
  if (canTravel(browserQuery(ctx))) return;
  throw new errors.InvalidRequest(
    `the request is too long: its query may have ${LONGEST_QUERY} characters, form-encoded`,
  );
}
