/** The waiting page of a visitor beyond the budget of the address. */
import { expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { headingOf, shown } from '../oidc/waiting-page.ts';
import { enter, SALE, SITE } from './room.ts';

const service = serviceOn(embeddedStore, { rooms: [{ ...SALE, limits: { unproven_per_address: 1 } }] });

test('says at the turn that it checks the browser, and the button does not lead past that', async () => {
  const [first, second] = [createBrowser(), createBrowser()];
  const pages = [await enter(service, first, `${SITE}/a`), await enter(service, second, `${SITE}/a`)];
  const [, page = ''] = pages.map(({ location }) => location);
  await service.waitingRoom.operations.raise('sale', 2);
  service.time.pass(1000);
  const html = (await second.get(page)).text;
  expect(headingOf(html)).toBe('One moment, please');
  expect(html).toContain('data-challenge="http');
  expect(shown(html)).not.toContain('network');
  const claimed = await second.post(page);
  expect([claimed.status, claimed.location]).toEqual([303, page]);
  expect((await first.post(pages[0]?.location ?? '')).location).toContain(`${SITE}/a?anteroom_token=`);
});
