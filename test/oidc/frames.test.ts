/** Logins from within a frame: they bring nobody into the line, and cost nobody their place. */
import { beforeEach, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';

const service = serviceOn(embeddedStore, {
  rooms: [{ id: 'sale' }],
  relying_parties: [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }],
});
const operations = () => service.waitingRoom.operations;
const FRAME = { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'cross-site' };
const SAME_SITE = { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'same-site' };
const issued = async () => (await operations().counters('sale')).queue;

beforeEach(async () => {
  await operations().putRoom(roomSettings.parse({ id: 'sale' }));
  await operations().reset('sale');
});

test.each(['iframe', 'frame', 'embed', 'object', 'fencedframe'])(
  'a newcomer in an element %s gets no number',
  async (dest) => {
    const { url } = await startLogin(service.issuer);
    const answer = await createBrowser().get(url, { ...SAME_SITE, 'Sec-Fetch-Dest': dest });
    expect([answer.status, answer.text.includes('frame_refused'), answer.headers['set-cookie']]).toEqual([
      403,
      true,
      undefined,
    ]);
    expect(await issued()).toBe(0);
  },
);

test('a visitor keeps the place in line, and a visitor who is inside logs in', async () => {
  const browser = createBrowser();
  const { url } = await startLogin(service.issuer);
  const waiting = (await browser.get(url)).location;
  expect((await browser.get(url, FRAME)).location).toContain('/rooms/sale/wait?');
  await operations().raise('sale', 1);
  await browser.follow((await browser.post(waiting)).location, service.issuer).catch(() => undefined);
  const again = await browser.get((await startLogin(service.issuer)).url, FRAME);
  expect(new URL(again.location).searchParams.get('code')).toBeTruthy();
  expect(await issued()).toBe(1);
});

test('a frame of the same site brings a newcomer where the room allows frames, and one of another site does not', async () => {
  await operations().putRoom(roomSettings.parse({ id: 'sale', frames: 'same-site' }));
  const { url } = await startLogin(service.issuer);
  expect((await createBrowser().get(url, FRAME)).status).toBe(403);
  expect((await createBrowser().get(url, SAME_SITE)).status).toBe(303);
  expect(await issued()).toBe(1);
});
