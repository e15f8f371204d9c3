import { afterEach, beforeEach, expect, test } from 'vitest';
import { roomSettings } from '#support/room-settings.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { createOperations } from '#waiting-room/operations.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import { changeSettings, unconditional } from '#waiting-room/settings-change.ts';

let opened: OpenedStore;
beforeEach(async () => {
  opened = await embeddedStore();
});
afterEach(() => opened.close());

const room = roomSettings();

test('a change is repeated on top of each change that came in between', async () => {
  let value = { first: 0, second: 0 };
  let revision = 0;
  const settings = {
    read: async () => ({ value, revision: `${revision}` }),
    async write(next: typeof value, expected: string | null) {
      // Another process is quicker, twice.
      if (revision < 2) value = { ...value, first: ++revision };
      if (expected !== `${revision}`) return null;
      value = next;
      return `${++revision}`;
    },
  };
  const { before, after } = await changeSettings(settings, unconditional, (current) => ({
    first: current?.first ?? 0,
    second: 1,
  }));
  expect(before).toEqual({ first: 2, second: 0 });
  expect(after).toEqual({ value: { first: 2, second: 1 }, revision: '3' });
});

test('a precondition is checked again after a change that came in between', async () => {
  let revision = 'old';
  const settings = {
    read: async () => ({ value: 0, revision }),
    async write() {
      revision = 'new';
      return null;
    },
  };
  const change = changeSettings(
    settings,
    (current) => {
      if (current !== 'old') throw new Error('stale');
    },
    () => 1,
  );
  await expect(change).rejects.toThrow('stale');
});

test('the line has the rules of the settings that were stored last, though they were applied first', async () => {
  const { store } = opened;
  const applied: string[] = [];
  let isFirst = true;
  const operationsOn = (line: LineStore) =>
    createOperations({
      store: { line, settings: store.settings },
      now: () => 1_000_000,
      emit: () => undefined,
      by: 'admin',
      records: store,
      admissionEnded: () => undefined,
      roomChanged: () => undefined,
      relyingPartyChanged: () => undefined,
    });
  const quick = operationsOn(store.line);
  await quick.putRoom(room);
  /** Between storing the settings and applying them, another operator pauses the room. */
  const slow = operationsOn({
    ...store.line,
    async configure(id, rules, now) {
      if (isFirst) {
        isFirst = false;
        await quick.changeRoom('sale', (settings) => ({ ...settings, mode: 'paused' }));
      }
      applied.push(rules.mode);
      await store.line.configure(id, rules, now);
    },
  });
  await slow.changeRoom('sale', (settings) => ({ ...settings, title: 'Spring sale' }));
  expect(await quick.room('sale')).toMatchObject({ title: 'Spring sale', mode: 'paused' });
  expect(applied).toEqual(['queue', 'paused']);
});

test('a room that was put again while a conditional deletion removed its line has a line', async () => {
  const { store } = opened;
  const operations = createOperations({
    store: {
      line: store.line,
      settings: {
        ...store.settings,
        async deleteRoom(id, expected) {
          const isDeleted = await store.settings.deleteRoom(id, expected);
          await store.settings.putRoom({ ...room, title: 'Put meanwhile' });
          return isDeleted;
        },
      },
    },
    records: store,
    now: () => 1_000_000,
    emit: () => undefined,
    by: 'admin',
    admissionEnded: () => undefined,
    roomChanged: () => undefined,
    relyingPartyChanged: () => undefined,
  });
  await operations.putRoom(room);
  await operations.deleteRoom('sale', unconditional);
  expect(await operations.room('sale')).toMatchObject({ title: 'Put meanwhile' });
  expect(await operations.counters('sale')).toMatchObject({ queue: 0 });
});
