import { expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { enter, SALE, SITE } from './room.ts';

/** A visitor's page, with the state that it shows. */
async function look(browser: Browser, page: string) {
  const answer = await browser.get(page, { Accept: 'application/json' });
  return { status: answer.status, ...(answer.json() as { readonly number?: number; readonly state?: string }) };
}

/** What the page does when its ticket is of no use any more: it loads again, which leads through the door. */
async function reload(browser: Browser, page: string): Promise<string> {
  const { location } = await browser.get(page);
  return (await browser.get(location)).location;
}

onEachStore('visitors around a reset that is undone', { rooms: [SALE] }, (service) => {
  const operations = () => service.waitingRoom.operations;
  const reset = () => operations().reset('sale');
  const undo = async () => operations().undoReset('sale', (await operations().undoableReset('sale'))?.id ?? 'none');

  test('have their numbers again, although they joined in between, and newcomers join behind them', async () => {
    const [ann, ben, eve] = [createBrowser(), createBrowser(), createBrowser()];
    const anns = (await enter(service, ann, `${SITE}/`)).location;
    const bens = (await enter(service, ben, `${SITE}/`)).location;
    expect(await look(ann, anns)).toMatchObject({ number: 1 });
    expect(await look(ben, bens)).toMatchObject({ number: 2 });

    await reset();
    const eves = (await enter(service, eve, `${SITE}/`)).location;
    expect(await look(eve, eves)).toMatchObject({ number: 1 });
    expect(await look(ben, bens)).toMatchObject({ status: 401 });
    const again = await reload(ben, bens);
    expect(await look(ben, again)).toMatchObject({ number: 2 });

    await undo();
    expect(await look(ann, anns)).toMatchObject({ number: 1, state: 'waiting' });
    for (const [browser, page, number] of [
      [ben, again, 2],
      [eve, eves, 3],
    ] as const) {
      expect(await look(browser, page)).toMatchObject({ status: 401 });
      const back = await reload(browser, page);
      expect(await look(browser, back)).toMatchObject({ number, state: 'waiting' });
    }
  });

  test('see why their number is another one', async () => {
    const WHY = 'This line was reset or restored, so your number has changed.';
    await reset();
    const [ben, eve] = [createBrowser(), createBrowser()];
    await enter(service, createBrowser(), `${SITE}/`);
    const bens = (await enter(service, ben, `${SITE}/`)).location;
    expect((await ben.get(bens)).text).not.toContain(WHY);

    await reset();
    const eves = (await enter(service, eve, `${SITE}/`)).location;
    await enter(service, createBrowser(), `${SITE}/`);
    const again = await reload(ben, bens);
    for (let i = 0; i < 4; i++) expect((await ben.get(again)).text).toContain(WHY);
    expect((await eve.get(eves)).text).not.toContain(WHY);

    await undo();
    for (const [browser, page] of [
      [ben, again],
      [eve, eves],
    ] as const) {
      const back = await reload(browser, page);
      for (let i = 0; i < 4; i++) expect((await browser.get(back)).text).toContain(WHY);
    }
  });

  test('get no number of another visitor, and none after they left', async () => {
    await reset();
    const [ann, eve] = [createBrowser(), createBrowser()];
    const anns = (await enter(service, ann, `${SITE}/`)).location;
    await reset();
    const again = await reload(ann, anns);
    const eves = (await enter(service, eve, `${SITE}/`)).location;
    const former = 'anteroom_former_sale';
    eve.cookies.set(former, ann.cookies.get(former) ?? 'none');
    await ann.post(again, { leave: '1' });
    await undo();
    expect(await look(eve, await reload(eve, eves))).toMatchObject({ number: 2 });
    const anew = (await enter(service, ann, `${SITE}/`)).location;
    expect(await look(ann, anew)).toMatchObject({ number: 3 });
  });
});
