import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '#store/embedded/database.ts';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import { createEmbeddedStore } from '#store/embedded/store.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import { arbitraryLossyCourse } from './contract/courses.ts';
import { comparable } from './contract/like-the-model.ts';
import { openModel } from './contract/model.ts';
import { freshId, makeRoom, OPENING, presentNumbers, RULES, T0, thereAt } from './contract/room-under-test.ts';
import { play, VIEW } from './contract/steps.ts';
import { describeStore } from './contract/store.ts';

const makeDir = () => mkdtempSync(join(tmpdir(), 'anteroom-'));

describeStore('the embedded store', async () => {
  const dir = makeDir();
  const store = openEmbeddedStore({ dir });
  return {
    store,
    close: async () => {
      await store.close();
      rmSync(dir, { recursive: true });
    },
  };
});

let dir: string;

beforeEach(() => {
  dir = makeDir();
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** A store that can be dropped without the saving that closing it does. */
function openToCrash(saveAfter = 1 << 20) {
  const database = openDatabase(dir);
  const store = createEmbeddedStore({ database, now: () => T0, saveAfter });
  return { store, database, crash: () => database.close() };
}

type Model = ReturnType<typeof openModel>;

/** Compares everybody's place. */
async function expectSamePlaces(line: LineStore, model: Model, id: string, at: number): Promise<void> {
  const { generation, counters } = await model.view(id, model.clock());
  for (let number = 1; number <= counters.queue; number++) {
    const holder = { generation, number, visitor: `v${number % 13}` };
    expect(await line.place(id, holder, at)).toEqual(await model.place(id, holder, at));
  }
}

/** Compares all that can be seen of a line at the model's time, of which everybody's place. */
async function expectSame(line: LineStore, model: Model, id: string): Promise<void> {
  const at = model.clock();
  const view = await model.view(id, at);
  expect(comparable(await line.view(id, at))).toEqual(comparable(view));
  await expectSamePlaces(line, model, id, at);
  for (const { draw } of view.draws) {
    const [found, expected] = await Promise.all(
      [line, model].map((each) => each.drawResult(id, { generation: view.generation, draw }, at)),
    );
    expect(comparable(found)).toEqual(comparable(expected));
  }
}

describe('the embedded store, opened again', () => {
  it('continues with the same state, after closing or a crash', async () => {
    let { store, crash } = openToCrash(300);
    const reopenings = fc.array(fc.tuple(fc.nat(80), fc.boolean()), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(arbitraryLossyCourse, reopenings, async ({ incarnation, rules, steps }, reopened) => {
        const id = freshId('room');
        const model = openModel(rules, T0, incarnation);
        await store.line.open(id, { rules, incarnation, checkpoint: null }, T0);
        let now = T0;
        for (const [n, step] of [...steps, VIEW].entries()) {
          for (const [when, closing] of reopened) {
            if (when !== n) continue;
            if (closing) await store.close();
            else crash();
            ({ store, crash } = openToCrash(300));
            // What was answered holds, also for somebody whose clock is far behind.
            await expectSamePlaces(store.line, model, id, 0);
            // A line that comes back is at the time of its last change; from here on the two are at the same.
            await expectSame(store.line, model, id);
          }
          now += step.after;
          const answer = comparable(await play(step, store.line, id, now));
          expect(answer, `step ${n}: ${JSON.stringify(step)}`).toEqual(comparable(await play(step, model, id, now)));
        }
        await store.settings.deleteRoom(id);
      }),
      { numRuns: 100 },
    );
    await store.close();
  }, 120_000);

  it('keeps that a returned visitor was served again', async () => {
    const { store, crash } = openToCrash();
    const room = await makeRoom(store);
    const ann = await room.arrive('ann');
    await room.raise({ numbers: 1 });
    const late = T0 + 121_000;
    await room.rejoin(ann, late);
    await room.raise({ people: 1 }, late);
    const served = await room.place(ann, late);
    expect(served.state).toBe('served');
    crash();
    const again = openToCrash();
    expect(await again.store.line.place(room.id, ann, late)).toEqual(served);
    again.crash();
  });

  it('journals a view for the memory as a view, which the previous version can replay', async () => {
    const { store, database, crash } = openToCrash();
    const room = await makeRoom(store);
    await store.line.viewForMemory(room.id, { generation: 1, done: 0, withEntrants: true }, T0 + 90_000);
    const written = database.prepare('SELECT commands FROM journal ORDER BY seq DESC').get()?.commands;
    expect(deserialize(written as Uint8Array)).toEqual([['view', T0 + 90_000, null, T0]]);
    crash();
  });

  it('keeps the generation of a room that was deleted', async () => {
    const store = openEmbeddedStore({ dir });
    await store.line.open('sale', { rules: RULES, incarnation: '', checkpoint: null }, T0);
    await store.line.reset('sale', { incarnation: '' }, T0);
    await store.settings.deleteRoom('sale');
    await store.close();
    const again = openEmbeddedStore({ dir });
    await again.line.open('sale', { rules: RULES, incarnation: '', checkpoint: null }, T0);
    expect((await again.line.view('sale', T0)).generation).toBe(3);
    await again.close();
  });

  it('reads a line that was saved without draws, an inlet’s state and a time of the line', async () => {
    const store = openEmbeddedStore({ dir });
    const room = await makeRoom(store, { size: 5 });
    const ann = await room.arrive('ann');
    await room.raise({ people: 1 });
    const before = await room.view();
    await store.close();

    const database = new DatabaseSync(join(dir, 'anteroom.db'));
    const line = deserialize(database.prepare('SELECT line FROM lines').get()?.line as Uint8Array);
    for (const field of ['clock', 'jumpedAt', 'turns', 'alarm', 'inletState', 'notes', 'predictions', 'draws']) {
      expect(line).toHaveProperty(field);
      delete line[field];
    }
    database.prepare('UPDATE lines SET line = ?').run(serialize(line));
    database.close();

    const again = openEmbeddedStore({ dir });
    expect(await again.line.view(room.id, T0)).toEqual({ ...before, turns: 0 });
    expect((await again.line.claim(room.id, ann, T0)).state).toBe('admitted');
    await again.line.announceDraw(room.id, OPENING, T0);
    await again.close();
  });

  it('reads a draw that was saved without an announcement as one that opened when it was created', async () => {
    const store = openEmbeddedStore({ dir });
    const room = await makeRoom(store);
    await room.announceDraw({}, T0 + 1000);
    await store.close();

    const database = new DatabaseSync(join(dir, 'anteroom.db'));
    const line = deserialize(database.prepare('SELECT line FROM lines').get()?.line as Uint8Array);
    expect(line.draws[0]).toHaveProperty('opensAt');
    delete line.draws[0].opensAt;
    database.prepare('UPDATE lines SET line = ?').run(serialize(line));
    database.close();

    const again = openEmbeddedStore({ dir });
    const { draws } = await again.line.view(room.id, T0 + 1000);
    expect(draws).toMatchObject([{ committedAt: T0 + 1000, opensAt: T0 + 1000 }]);
    const joined = await again.line.join(room.id, [{ visitor: 'ann', claim: false }], T0 + 1000);
    expect(joined).toMatchObject([{ entry: { draw: 1, index: 0 } }]);
    await again.close();
  });

  it('has an open and a finished draw, with all their entrants', async () => {
    const { store, crash } = openToCrash(0);
    const room = await makeRoom(store);
    await room.announceDraw();
    await room.crowd(5);
    await room.draw();
    await room.announceDraw({ event: 'encore' });
    await room.crowd(3);
    await store.line.withdraw(room.id, { generation: 1, entry: { draw: 2, index: 1 } }, T0);
    crash();
    const again = openEmbeddedStore({ dir });
    expect(await again.line.view(room.id, T0)).toMatchObject({
      counters: { queue: 5, present: 5 },
      entrantsPresent: 2,
    });
    await again.line.draw(room.id, 'encore', T0);
    const results = await Promise.all(
      [1, 2].map((draw) => again.line.drawResult(room.id, { generation: 1, draw: draw }, 0)),
    );
    expect(results.map((result) => result && thereAt(result))).toEqual([
      [0, 1, 2, 3, 4],
      [0, 2],
    ]);
    await again.close();
  });

  it('does not make entrants present again who were absent in a view, for a caller whose clock is behind', async () => {
    const { store, crash } = openToCrash();
    const room = await makeRoom(store);
    // The windows of the draw begin with it, and so turn at other times than those of the line.
    await room.announceDraw({}, T0 + 1000);
    await room.crowd(3, { at: T0 + 1000 });
    await room.view(T0 + 240_000);
    expect((await room.view(T0 + 241_000)).entrantsPresent).toBe(0);
    crash();
    const again = openEmbeddedStore({ dir });
    expect((await again.line.view(room.id, T0 + 240_000)).entrantsPresent).toBe(0);
    await again.close();
  });

  it('replays the line’s time, not the caller’s', async () => {
    const { store, crash } = openToCrash();
    const room = await makeRoom(store);
    const ann = await room.arrive('ann');
    await room.raise({ numbers: 1 });
    // It changes nothing but the line's time, and is not written down.
    await room.view(T0 + 5000);
    const place = await room.claim(ann, T0 + 1000);
    expect(place).toMatchObject({ admission: { issuedAt: T0 + 5000 } });
    crash();
    const again = openEmbeddedStore({ dir });
    expect(await again.line.claim(room.id, ann, T0)).toEqual({ ...place, first: false });
    await again.close();
  });

  it('replays a jump back of the clock, even from a time that was not journaled', async () => {
    const { store, crash } = openToCrash();
    const room = await makeRoom(store);
    await room.raise({ numbers: 2 });
    const ann = await room.arrive('ann', { claim: true });
    // It changes nothing but the line's time; the jump is counted from here.
    await room.view(T0 + 50_000);
    await room.arrive('bob', { at: T0 - 3_550_000 });
    const before = await store.line.admission(room.id, 'ann', T0 - 3_550_000);
    expect(before).toMatchObject({ issuedAt: T0 - 3_600_000, expiresAt: T0 - 3_000_000 });
    // And once more, from another time that was not written down.
    await room.view(T0 - 3_520_000);
    const cy = await room.arrive('cy', { at: T0 - 9_000_000 });
    await room.raise({ numbers: 1 }, T0 - 9_000_000);
    const served = await room.place(cy, T0 - 9_000_000);
    expect(served).toEqual({ state: 'served', claimBy: T0 - 8_880_000 });
    const view = await room.view(T0 - 9_000_000);
    crash();
    const again = openEmbeddedStore({ dir });
    expect(await again.line.view(room.id, T0 - 9_000_000)).toEqual(view);
    expect(await again.line.place(room.id, cy, T0 - 9_000_000)).toEqual(served);
    expect(await again.line.place(room.id, ann, T0 - 8_480_001)).toMatchObject({
      admission: { issuedAt: T0 - 9_080_000, expiresAt: T0 - 8_480_000 },
    });
    expect(await again.line.place(room.id, ann, T0 - 8_480_000)).toEqual({ state: 'over' });
    await again.close();
  });

  it('journals a jump back even if the call changes nothing else', async () => {
    const { store, crash } = openToCrash();
    const room = await makeRoom(store);
    await room.raise({ numbers: 1 });
    await room.arrive('ann', { claim: true });
    await room.view(T0 - 3_600_000);
    const before = await store.line.admission(room.id, 'ann', T0 - 3_600_000);
    expect(before).toMatchObject({ issuedAt: T0 - 3_600_000 });
    crash();
    const again = openEmbeddedStore({ dir });
    expect(await again.line.admission(room.id, 'ann', T0 - 3_600_000)).toEqual(before);
    await again.close();
  });

  it('has a draw that was announced, changed and withdrawn as it was', async () => {
    for (const saveAfter of [0, 1 << 20]) {
      let { store, crash } = openToCrash(saveAfter);
      const reopen = () => {
        crash();
        ({ store, crash } = openToCrash(saveAfter));
      };
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.announceDraw({ opensAt: T0 + 1000, order: 'arrival' });
      const { draws } = await room.view();
      expect(draws).toMatchObject([{ opensAt: T0 + 1000, order: 'arrival' }]);
      reopen();
      expect((await store.line.view(room.id, T0)).draws).toEqual(draws);
      await store.line.withdrawDraw(room.id, 'opening', T0);
      reopen();
      expect((await store.line.view(room.id, T0)).draws).toEqual([]);
      await store.settings.deleteRoom(room.id);
      await store.close();
    }
  });

  it('journals nothing for calls that change only the line’s time', async () => {
    const { store, database, crash } = openToCrash();
    const room = await makeRoom(store);
    const ann = await room.arrive('ann');
    const written = () => database.prepare('SELECT count(*) AS rows FROM journal').get()?.rows;
    const before = written();
    expect(before).toBeGreaterThan(0);
    await room.view(T0 + 1000);
    await room.claim(ann, T0 + 2000);
    await room.renew('ann', T0 + 3000);
    await store.line.raise(room.id, { people: 1, step: { from: 'not it', to: 'a' } }, T0 + 4000);
    await room.draw('opening', T0 + 5000);
    expect(written()).toBe(before);
    await room.raise({ people: 0 }, T0 + 6000, { from: '', to: 'a' });
    expect(written()).not.toBe(before);
    crash();
  });

  it('keeps a list as it was passed, even if the caller reuses it in the same turn', async () => {
    const { store, crash } = openToCrash();
    const room = await makeRoom(store);
    await room.crowd(3);
    const numbers = [2];
    const heard = store.line.recordHeartbeats(room.id, { generation: 1, numbers }, T0 + 600_000);
    numbers[0] = 3;
    await heard;
    crash();
    const again = openEmbeddedStore({ dir });
    expect(presentNumbers(await again.line.view(room.id, T0 + 600_000))).toEqual([2]);
    await again.close();
  });

  it('does not revive what expired in a view, for a caller whose clock is behind', async () => {
    const { store, crash } = openToCrash();
    const room = await makeRoom(store);
    const ann = await room.arrive('ann');
    await room.raise({ numbers: 1 });
    expect((await room.counters(T0 + 120_000)).expired).toBe(1);
    crash();
    const again = openEmbeddedStore({ dir });
    expect(await again.line.claim(room.id, ann, T0 + 119_000)).toMatchObject({ state: 'missed', away: false });
    await again.close();
  });

  it('makes its files readable by their owner only, even if they were not', async () => {
    const inside = join(dir, 'made');
    for (const mode of [0o644, 0o600]) {
      const store = openEmbeddedStore({ dir: inside });
      await store.line.open('sale', { rules: RULES, incarnation: '', checkpoint: null }, T0);
      expect(statSync(inside).mode & 0o777).toBe(0o700);
      expect(statSync(join(inside, 'anteroom.db')).mode & 0o777).toBe(0o600);
      expect(statSync(join(inside, 'anteroom.db-wal')).mode & 0o777).toBe(0o600);
      await store.close();
      chmodSync(join(inside, 'anteroom.db'), mode);
    }
  });

  it('answers nothing after it was closed', async () => {
    const store = openEmbeddedStore({ dir });
    const room = await makeRoom(store);
    const joining = room.arrive('ann');
    await store.close();
    expect((await joining).number).toBe(1);
    await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(room.arrive('bob')).rejects.toBeInstanceOf(StoreUnavailable);
    await store.close();
  });
});

describe('the embedded store, when its disk is full', () => {
  it('refuses what it cannot write, with everything of the same turn, and continues from the state before', async () => {
    const database = openDatabase(dir);
    const logged: unknown[] = [];
    const log = { error: (details: { err: unknown }) => void logged.push(details.err) };
    const store = createEmbeddedStore({ database, now: () => T0, log });
    const room = await makeRoom(store);
    const ann = await room.arrive('ann');
    const before = await room.view();

    const { max_page_count: roomy } = database.prepare('PRAGMA max_page_count').get() ?? {};
    database.exec('PRAGMA max_page_count = 1');
    const crowd = Array.from({ length: 2000 }, (_, n) => ({ visitor: `visitor-${n}`, claim: false }));
    const turn = await Promise.allSettled([
      store.line.join(room.id, crowd, T0),
      room.raise({ numbers: 1 }),
      room.claim(ann),
      room.view(),
    ]);
    for (const outcome of turn) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
    }
    expect(logged).toMatchObject([{ errstr: 'database or disk is full' }]);
    expect(await room.view()).toEqual(before);

    database.exec(`PRAGMA max_page_count = ${roomy}`);
    expect((await room.arrive('bob')).number).toBe(2);
    expect(await room.claim(ann)).toEqual({ state: 'waiting' });
    await store.close();
  });

  it('refuses a record that it cannot write, and keeps the previous one', async () => {
    const database = openDatabase(dir);
    const store = createEmbeddedStore({ database, now: () => T0 });
    await store.oidcRecords.upsert('Grant', 'one', { size: 'small' }, 60);
    database.exec('PRAGMA max_page_count = 1');
    const large = store.oidcRecords.upsert('Grant', 'one', { size: 'x'.repeat(100_000) }, 60);
    await expect(large).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await store.oidcRecords.find('Grant', 'one')).toEqual({ size: 'small' });
    await store.close();
  });
});

describe('the embedded store and expiring records', () => {
  it('finds no record that expired by its clock, and deletes it within about a minute', async () => {
    const database = openDatabase(dir);
    let now = T0;
    const store = createEmbeddedStore({ database, now: () => now });
    const rows = () => database.prepare('SELECT count(*) AS n FROM oidc').get()?.n;
    await store.oidcRecords.upsert('AccessToken', 'one', {}, 30);
    await store.oidcRecords.upsert('AccessToken', 'two', {}, undefined);
    now += 29_999;
    expect(await store.oidcRecords.find('AccessToken', 'one')).toEqual({});
    now += 1;
    expect(await store.oidcRecords.find('AccessToken', 'one')).toBeUndefined();
    expect(rows()).toBe(2);
    now += 60_000;
    await store.idempotency.remember('key', 'value', 1000);
    expect(rows()).toBe(1);
    await store.close();
  });
});

describe('a database of an earlier version', () => {
  it.each([
    [1, 'DROP TABLE lists; DROP TABLE logouts; DROP TABLE issued_tokens; DROP TABLE arrivals'],
    [2, 'DROP TABLE logouts; DROP TABLE issued_tokens; DROP TABLE arrivals'],
    [3, 'DROP TABLE issued_tokens; DROP TABLE arrivals'],
  ])('gets what it lacks, and keeps what it has: from version %i', async (version, without) => {
    const store = openEmbeddedStore({ dir });
    const room = await makeRoom(store);
    await room.crowd(3);
    await store.close();
    const database = new DatabaseSync(join(dir, 'anteroom.db'));
    database.exec(`${without}; PRAGMA user_version = ${version}`);
    database.close();

    const again = openEmbeddedStore({ dir });
    expect((await again.line.view(room.id, T0)).counters.queue).toBe(3);
    await again.outbox.append(['one']);
    await again.logoutQueue.expect('shop', { room: room.id, visitor: 'a', sid: null }, T0, T0);
    const line = { room: room.id, incarnation: '', generation: 1 };
    await again.issuedTokens.markArrival(line, 1, 7);
    await again.close();
    const once = openEmbeddedStore({ dir });
    expect(await once.issuedTokens.arrivalOf(line, 2)).toBe(7);
    expect(await once.outbox.read(10)).toMatchObject([{ entry: 'one' }]);
    expect(await once.logoutQueue.take('shop', 10, T0, T0 + 1)).toMatchObject([{ visitor: 'a' }]);
    await once.close();
  });
});

describe('the audit log of an earlier version', () => {
  it('is read with that of this version, for all actors or for one', async () => {
    const store = openEmbeddedStore({ dir });
    const database = (work: (database: DatabaseSync) => void) => {
      const opened = new DatabaseSync(join(dir, 'anteroom.db'));
      work(opened);
      opened.close();
    };
    await store.close();
    const former = (by: string, at: number) => JSON.stringify({ by, time: new Date(T0 + at).toISOString() });
    database((opened) => {
      opened.exec('DROP TABLE audit');
      const add = opened.prepare("INSERT INTO lists (list, entry) VALUES ('audit', ?)");
      for (const entry of [former('alice', 0), former('bob', 1007)]) add.run(entry);
    });

    const again = openEmbeddedStore({ dir });
    const record = {
      id: 'x',
      actor: 'alice',
      action: 'a',
      same: 'x',
      at: T0 + 2000,
      count: 1,
      entry: '{"by":"alice"}',
    };
    await again.audit.append([record]);
    const lastAts = async (page: { max: number; skip?: number; actor?: string }) =>
      (await again.audit.newest(page)).map(({ lastAt }) => lastAt - T0);
    expect(await lastAts({ max: 10 })).toEqual([2000, 1007, 0]);
    expect(await lastAts({ max: 1, skip: 1 })).toEqual([1007]);
    expect(await lastAts({ max: 10, actor: 'alice' })).toEqual([2000, 0]);
    expect(await again.audit.newest({ max: 1, skip: 2 })).toMatchObject([{ entry: former('alice', 0), count: 1 }]);
    await again.close();
  });
});

describe('a data directory that cannot be used', () => {
  const path = () => join(dir, 'anteroom.db');
  const fault = (name: string) => expect.objectContaining({ name: 'DataDirError', fault: name });

  async function withStore(): Promise<void> {
    const store = openEmbeddedStore({ dir });
    const room = await makeRoom(store);
    await room.crowd(1000);
    await store.close();
  }

  it('is refused while this process has it open already', async () => {
    const store = openEmbeddedStore({ dir });
    expect(() => openEmbeddedStore({ dir })).toThrow(fault('in_use'));
    // The refusal has not cost the first one its lock.
    expect(() => openEmbeddedStore({ dir })).toThrow(fault('in_use'));
    await store.close();
  });

  it('is refused when a newer version wrote it', async () => {
    await withStore();
    const database = new DatabaseSync(path());
    database.exec('PRAGMA user_version = 1000');
    database.close();
    expect(() => openEmbeddedStore({ dir })).toThrow(fault('too_new'));
  });

  it('is refused when another program wrote it, and stays unchanged', async () => {
    const database = new DatabaseSync(path());
    database.exec('CREATE TABLE theirs (id INTEGER)');
    database.close();
    expect(() => openEmbeddedStore({ dir })).toThrow(fault('foreign'));
  });

  it('is refused when it is not a database', () => {
    writeFileSync(path(), 'not a database, '.repeat(1000));
    expect(() => openEmbeddedStore({ dir })).toThrow(fault('unreadable'));
  });

  it('is refused when its pages are damaged', async () => {
    await withStore();
    const { size } = statSync(path());
    const header = new DatabaseSync(path(), { readOnly: true });
    const pageSize = Number(header.prepare('PRAGMA page_size').get()?.page_size);
    header.close();
    const file = openSync(path(), 'r+');
    writeSync(file, Buffer.alloc(size - pageSize, 0x5a), 0, size - pageSize, pageSize);
    closeSync(file);
    expect(() => openEmbeddedStore({ dir })).toThrow(fault('unreadable'));
  });

  it('is refused when a line in it cannot be parsed', async () => {
    await withStore();
    const database = new DatabaseSync(path());
    database.exec("UPDATE lines SET line = x'00112233'");
    database.close();
    expect(() => openEmbeddedStore({ dir })).toThrow(fault('unreadable'));
  });
});
