import { beforeEach, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive, facts } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { closeDoor, comeBack, goIn, numbersGiven, relying_parties, rooms } from './visit.ts';

const service = serviceOn(embeddedStore, { rooms, relying_parties });
const SESSION = ['anteroom_session', 'anteroom_session.sig'];

/** The session that a sibling host plants: that of an attacker who went in. */
let attacker: Browser;
let attackersSub: string | undefined;

beforeEach(async () => {
  await service.waitingRoom.operations.reset('sale');
  const visit = await goIn(service);
  attacker = visit.browser;
  attackersSub = (await visit.login.exchange(visit.callback)).claims()?.sub;
});

function plant(browser: Browser): void {
  for (const name of SESSION) browser.cookies.set(name, attacker.cookies.get(name) ?? '');
}

test('a planted session does not outrank a valid ticket: the number stays', async () => {
  const victim = createBrowser();
  const { page } = await arrive(victim, service.issuer);
  const { number } = (await facts(victim, page)).json();
  const before = await numbersGiven(service);
  plant(victim);
  const again = await comeBack(service, victim);
  expect(again.outcome).toBe('waits');
  expect((await facts(victim, again.answer.location)).json()).toMatchObject({ number, state: 'waiting' });
  expect(await numbersGiven(service)).toBe(before);
});

test("it does not make an admitted visitor another one, nor give the attacker the visitor's session", async () => {
  const victim = createBrowser();
  const visit = await goIn(service, { browser: victim });
  const sub = (await visit.login.exchange(visit.callback)).claims()?.sub;
  await closeDoor(service);
  plant(victim);
  const again = await comeBack(service, victim);
  expect((await again.login.exchange(again.answer.location)).claims()?.sub).toBe(sub);
  expect(sub).not.toBe(attackersSub);

  const thief = createBrowser();
  plant(thief);
  const { params } = await comeBack(service, thief, { more: { prompt: 'none' } });
  expect(params.get('error')).toBe('login_required');
});

test('it does not stop a visitor who waits from going in', async () => {
  const victim = createBrowser();
  const { page } = await arrive(victim, service.issuer);
  plant(victim);
  await service.waitingRoom.operations.raise('sale', 1);
  const claimed = await victim.post(page);
  const back = await victim.follow(claimed.location, service.issuer);
  expect(back.location).toContain('code=');
});
