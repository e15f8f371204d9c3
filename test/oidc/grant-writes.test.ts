import { afterEach, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import { relying_parties, rooms } from './visit.ts';

/** The models whose write has begun. */
let begun: string[] = [];
/** What the write of a grant waits for. */
let grantWrite = Promise.resolve();

const service = serviceOn(watchedStore, { rooms, relying_parties });

async function watchedStore() {
  const opened = await embeddedStore();
  const { oidcRecords } = opened.store;
  const watched: typeof oidcRecords = {
    ...oidcRecords,
    async upsert(model, ...written) {
      begun.push(model);
      if (model === 'Grant') await grantWrite;
      await oidcRecords.upsert(model, ...written);
    },
  };
  return { ...opened, store: { ...opened.store, oidcRecords: watched } };
}

afterEach(() => {
  begun = [];
  grantWrite = Promise.resolve();
});

/** A served visitor who has claimed: the answer to the last request of the login. */
async function claim() {
  const browser = createBrowser();
  const { location } = await browser.get((await startLogin(service.issuer)).url);
  await service.waitingRoom.operations.raise('sale', 1);
  const { location: resume } = await browser.post(location);
  return browser.get(resume);
}

test('a code is written while its grant is, and given out after both', async () => {
  let write = () => {};
  grantWrite = new Promise((resolve) => {
    write = resolve;
  });
  let isAnswered = false;
  const answer = claim().finally(() => {
    isAnswered = true;
  });
  await expect.poll(() => begun).toEqual(['Grant', 'AuthorizationCode']);
  expect(isAnswered).toBe(false);
  write();
  expect((await answer).location).toContain('code=');
});

test('no code is given out whose grant cannot be written', async () => {
  grantWrite = Promise.reject(new StoreUnavailable(new Error('it is away')));
  grantWrite.catch(() => undefined);
  const { status, location } = await claim();
  expect([status, location]).toEqual([503, '']);
});
