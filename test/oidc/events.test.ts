import { beforeEach, expect, test } from 'vitest';
import type { RoomInput } from '#settings/room.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { arrive, facts, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { headingOf, shown } from './waiting-page.ts';

const MINUTE = 60_000;
/** Times since the start of a test. */
const PREQUEUE = 10 * MINUTE;
const START = 30 * MINUTE;
const END = 60 * MINUTE;

const relying_parties = [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }];

interface Person {
  readonly browser: Browser;
  readonly page: string;
}

onEachStore('an event', { relying_parties: [] }, (service) => {
  let began: number;

  beforeEach(async () => {
    // Removes what the previous test left in this room.
    await admin('DELETE', '/rooms/sale');
    began = service.time.now();
  });

  async function admin(method: string, path: string, body?: unknown): Promise<number> {
    const answer = await fetch(`${service.issuer}/admin/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answer.status;
  }

  const iso = (after: number) => new Date(began + after).toISOString();
  const opening = (more: Record<string, unknown> = {}) => ({
    id: 'opening',
    prequeue_start: iso(PREQUEUE),
    start: iso(START),
    end: iso(END),
    ...more,
  });

  async function makeRoom(more: Partial<RoomInput> = {}): Promise<void> {
    expect(await admin('PUT', '/rooms/sale', { title: 'Spring sale', presence: { timeout: '3m' }, ...more })).toBe(201);
    expect(await admin('PUT', '/relying-parties/shop', relying_parties[0])).toBeLessThan(300);
    await tick();
  }

  /** One tick of the clock, after every snapshot has become too old. */
  async function tick(): Promise<void> {
    await service.waitingRoom.flush();
    await service.waitingRoom.advance.all();
    service.time.pass(1000);
  }

  /** Moves the time to so long after the start of the test. */
  async function at(after: number): Promise<void> {
    service.time.pass(began + after - service.time.now());
    await tick();
  }

  async function comes(): Promise<Person> {
    const browser = createBrowser();
    return { browser, page: (await arrive(browser, service.issuer)).page };
  }
  async function come(count: number): Promise<Person[]> {
    const people: Person[] = [];
    for (let n = 0; n < count; n++) people.push(await comes());
    return people;
  }

  const ask = async ({ browser, page }: Person) => (await facts(browser, page)).json();
  const askAll = (people: readonly Person[]) => Promise.all(people.map(ask));
  const numbersOf = async (people: readonly Person[]) => (await askAll(people)).map(({ number }) => Number(number));
  const ascending = (a: number, b: number) => a - b;
  const counters = () => service.waitingRoom.operations.counters('sale');

  test('gives visitors no number before its start, and leaves earlier visitors theirs', async () => {
    await makeRoom({ events: [opening()] });
    const early = await comes();
    expect(await ask(early)).toMatchObject({ state: 'waiting', number: 1 });

    await at(PREQUEUE);
    const person = await comes();
    expect(await ask(person)).toMatchObject({
      state: 'before_start',
      number: null,
      starts_at: iso(START),
      people_ahead: 0,
      estimated_wait: null,
    });
    const html = (await person.browser.get(person.page)).text;
    expect(headingOf(html)).toBe('You are early');
    expect(shown(html)).not.toContain('Your number');
    // Neither a reload, a second login nor a claim changes an entrant.
    expect(await person.browser.post(person.page)).toMatchObject({ status: 303, location: person.page });
    const again = await arrive(person.browser, service.issuer);
    expect(await ask({ ...person, page: again.page })).toMatchObject({ state: 'before_start', number: null });
    expect(await counters()).toMatchObject({ queue: 1 });
    expect(await ask(early)).toMatchObject({ state: 'waiting', number: 1 });
  });

  test('draws present entrants behind earlier numbers and before latecomers, without those who left or are absent', async () => {
    await makeRoom({ events: [opening()] });
    const early = await comes();
    await at(PREQUEUE);
    const away = await comes();
    await at(START - 4 * MINUTE);
    const [leaver, ...stayers] = await come(9);
    if (!leaver) throw new Error('no visitor came');
    await at(START - MINUTE);
    // The leaver is as present as the others: only having left keeps it out of the draw.
    await askAll([early, leaver, ...stayers]);
    const left = await leaver.browser.post(leaver.page, { leave: '1' });
    expect((await leaver.browser.get(left.location)).text).toContain('You have left the line');

    // One is absent: the draw waits for heartbeats on their way.
    await at(START + 3000);
    const late = await comes();
    const numbers = await numbersOf(stayers);
    expect(numbers.toSorted(ascending)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await numbersOf([early, late])).toEqual([1, 10]);
    expect(await counters()).toMatchObject({ queue: 10 });
    expect(await ask(stayers[0] as Person)).toMatchObject({ state: 'waiting', people_ahead: (numbers[0] ?? 0) - 1 });
    expect((await askAll(stayers)).map((facts) => 'starts_at' in facts)).not.toContain(true);

    // The page of an absent entrant rejoins by itself, behind all present ones.
    expect(await ask(away)).toMatchObject({ state: 'expired', number: null, rejoin: 'by_itself' });
    await away.browser.post(away.page, { rejoin: '1' });
    expect(await ask(away)).toMatchObject({ state: 'waiting', number: 11 });
  });

  test.each(['draw', 'arrival'] as const)(
    'draws everybody who came before its start and sent the first heartbeat when it was due (%s)',
    async (order) => {
      await makeRoom({ events: [opening({ order })] });
      const tickets = `${service.issuer}/rooms/sale/tickets`;
      const factsOf = async (answer: Promise<Response>) =>
        (await (await answer).json()) as { ticket: string; heartbeat_after: number; number: number | null };
      const askWith = (ticket: string) =>
        factsOf(fetch(`${tickets}/self`, { headers: { Authorization: `Bearer ${ticket}` } }));
      /** Visitors by how long before the start they come, and when their first heartbeat is due. */
      const joined: { ticket: string; due: number }[] = [];
      const beforeStart = [7000, 5250, 5000, 4000, 3000, 2000, 1500, 1000, 750, 500, 250];
      const left = new Set(beforeStart);
      await at(START - 10_000);
      for (let time = -8000; time <= 3000; time += 250) {
        service.time.pass(began + START + time - service.time.now());
        if (left.delete(-time)) {
          const { ticket, heartbeat_after } = await factsOf(fetch(tickets, { method: 'POST' }));
          // With the longest jitter.
          joined.push({ ticket, due: time + heartbeat_after * 1200 });
        }
        for (const visitor of joined.filter(({ due }) => due > time - 250 && due <= time))
          await askWith(visitor.ticket);
        // Each process writes its heartbeats once a second, here as late as possible.
        if (time % 1000 === 0) await service.waitingRoom.flush();
        await service.waitingRoom.advance.all();
      }
      service.time.pass(1000);
      const shown = await Promise.all(joined.map(({ ticket }) => askWith(ticket)));
      const numbers = shown.map(({ number }) => Number(number));
      expect(numbers.toSorted(ascending)).toEqual(beforeStart.map((_, n) => n + 1));
    },
  );

  test('shows the number of the facts on the page, and admits by it', async () => {
    await makeRoom({ events: [opening()] });
    await at(START - MINUTE);
    const people = await come(5);
    await at(START);
    const drawn = await numbersOf(people);
    for (const [i, { browser, page }] of people.entries()) {
      const html = (await browser.get(page)).text;
      expect(/id="number">(\d+)</.exec(html)?.[1]).toBe(`${drawn[i]}`);
      expect(html).toContain('/rooms/sale/draws/opening');
    }
    expect(await admin('POST', '/rooms/sale/serving-counter', { increment_by: 2 })).toBe(200);
    service.time.pass(1000);
    const states = (await askAll(people)).map(({ number, state }) => [number, state]);
    for (const [number, state] of states) expect(state).toBe(Number(number) <= 2 ? 'served' : 'waiting');

    const first = people[drawn.indexOf(1)] as Person;
    const claimed = await first.browser.post(first.page);
    expect((await first.browser.follow(claimed.location, service.issuer)).location).toContain(`${REDIRECT_URI}?code=`);
  });

  test('in order of arrival gives numbers as visitors arrived', async () => {
    await makeRoom({ events: [opening({ order: 'arrival' })] });
    await at(START - MINUTE);
    const people = await come(6);
    await at(START);
    expect(await numbersOf(people)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('overrides the message from its prequeue and the inlet from its start, both until its end', async () => {
    const inlet = { strategy: 'max-size', size: 2 };
    await makeRoom({
      message: 'Welcome.',
      events: [opening({ title: 'Grand opening', message: 'Have your card ready.', inlet })],
    });
    const early = await comes();
    const seen = async () => {
      const html = (await early.browser.get(early.page)).text;
      return { message: (await ask(early)).message, title: /<bdi>([^<]*)<\/bdi>/.exec(html)?.[1] };
    };
    const usual = { message: 'Welcome.', title: 'Spring sale' };
    const special = { message: 'Have your card ready.', title: 'Grand opening' };

    await at(PREQUEUE - 2 * MINUTE);
    expect(await seen()).toEqual(usual);
    await at(PREQUEUE);
    expect(await seen()).toEqual(special);
    await at(START - MINUTE);
    const people = await come(3);
    await ask(early);
    expect(await counters()).toMatchObject({ serving: 0 });

    await at(START);
    await tick();
    expect(await counters()).toMatchObject({ queue: 4, serving: 2 });
    expect(await seen()).toEqual(special);

    await at(END - MINUTE);
    await askAll([early, ...people]);
    const { serving } = await counters();
    await at(END);
    await tick();
    expect(await seen()).toEqual(usual);
    expect(await counters()).toMatchObject({ serving });
    // The room's own inlet is manual and has no size: it does not limit the operator's raises.
    expect(await admin('POST', '/rooms/sale/serving-counter', { increment_by: 100 })).toBe(200);
    expect(await counters()).toMatchObject({ serving: serving + 100 });
  });

  test('that an operator creates while visitors wait takes no number away, and later visitors are drawn behind them', async () => {
    await makeRoom();
    const waiting = await come(3);
    expect(await admin('PATCH', '/rooms/sale', { events: [opening({ prequeue_start: iso(-MINUTE) })] })).toBe(200);
    await tick();
    const [entrant, other] = await come(2);
    expect(await ask(entrant as Person)).toMatchObject({ state: 'before_start', number: null });
    expect(await numbersOf(waiting)).toEqual([1, 2, 3]);

    // They are admitted meanwhile as always.
    expect(await admin('POST', '/rooms/sale/serving-counter', { increment_by: 1 })).toBe(200);
    service.time.pass(1000);
    expect(await ask(waiting[0] as Person)).toMatchObject({ state: 'served' });

    await at(START - MINUTE);
    await askAll([entrant as Person, other as Person]);
    await at(START);
    expect((await numbersOf([entrant as Person, other as Person])).toSorted(ascending)).toEqual([4, 5]);
  });

  test('that is cancelled with a draw gives its entrants their numbers at once, and cannot be removed otherwise', async () => {
    await makeRoom({ events: [opening()] });
    await at(PREQUEUE);
    const people = await come(3);
    await tick();
    expect(await admin('PATCH', '/rooms/sale', { events: [] })).toBe(409);
    expect(await admin('POST', '/rooms/sale/events/opening/cancel', { entrants: 'draw' })).toBe(200);
    await tick();
    expect((await numbersOf(people)).toSorted(ascending)).toEqual([1, 2, 3]);
    expect((await numbersOf([await comes()]))[0]).toBe(4);
  });

  test("that contradicts itself or another is refused with the field's name, and changes nothing", async () => {
    await makeRoom({ events: [opening()] });
    const refusal = async (events: unknown) => {
      const answer = await fetch(`${service.issuer}/admin/v1/rooms/sale`, {
        method: 'PATCH',
        headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ events }),
      });
      return { status: answer.status, text: await answer.text() };
    };
    const wrong = [
      ['events[0].end', [opening({ end: iso(START - MINUTE) })]],
      ['events[0].prequeue_start', [opening({ prequeue_start: iso(START + MINUTE) })]],
      ['events[1].prequeue_start', [opening(), opening({ id: 'encore' })]],
      ['events[1].id', [opening(), opening({ prequeue_start: iso(END), start: iso(END + MINUTE), end: null })]],
    ] as const;
    for (const [field, events] of wrong) {
      const { status, text } = await refusal(events);
      expect(status, field).toBe(400);
      expect(text).toContain(field);
    }
    expect((await service.waitingRoom.operations.room('sale')).events).toHaveLength(1);
  });
});
