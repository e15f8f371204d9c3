/** Requests that an earlier version stored as an Interaction: pushed ones, and those too long for an address. */
import { randomUUID } from 'node:crypto';
import { createPublicUrls } from '#http/public-urls.ts';
import { createAddresses } from '#pages/waiting/address.ts';
import type { Browser } from '#support/browser.ts';
import { arrive, type LoginOptions } from '#support/relying-party.ts';
import { COOKIE_KEYS, type TestService } from '#support/service.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { createSeal } from '#waiting-room/seal.ts';

const DAY = 24 * 60 * 60;
const seal = createSeal(COOKIE_KEYS);

export interface StoringService extends Pick<TestService, 'issuer'> {
  readonly store: Store;
}

/** Arrives, and leaves the waiting request as an earlier version stored it, with its cookie in the browser. */
export async function arriveStored(browser: Browser, service: StoringService, options: LoginOptions = {}) {
  const { login, page } = await arrive(browser, service.issuer, options);
  return { login, ...(await storeRequest(browser, service, page)) };
}

/** Replaces a waiting page's address by one with a stored request. `own` is the id of the Interaction. */
export async function storeRequest(browser: Browser, { issuer, store }: StoringService, page: string) {
  const addresses = createAddresses(seal, createPublicUrls(issuer));
  const [, room = ''] = /\/rooms\/([^/]+)\/wait/.exec(page) ?? [];
  const pending = addresses.read(room, new URL(page).search.slice(1));
  if (pending?.kind !== 'travelling' || pending.owner === null) throw new Error(`no request travels in ${page}`);
  const { query, owner, arrivedAt } = pending;
  const [id, iat] = [randomUUID(), Math.floor(Date.now() / 1000)];
  const params = Object.fromEntries(new URLSearchParams(query));
  const { client_id: clientId = '' } = params;
  const prompt = { name: 'login', reasons: ['admission_required'], details: { began: arrivedAt } };
  const returnTo = `${issuer}/authorize/${id}`;
  const record = { kind: 'Interaction', jti: id, iat, exp: iat + DAY, returnTo, prompt, params, cid: randomUUID() };
  await store.oidcRecords.upsert('Interaction', id, record, DAY);
  browser.cookies.set(`anteroom_resume /authorize/${id}`, id);
  const address = addresses.of(room, { kind: 'stored', clientId, interaction: id, owner, arrivedAt });
  return { id, page: new URL(address, page).href };
}
