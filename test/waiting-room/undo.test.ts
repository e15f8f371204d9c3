import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { roomSettings } from '#support/room-settings.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import { createOperations, type Operations } from '#waiting-room/operations.ts';
import type { Store } from '#waiting-room/ports/index.ts';

let opened: OpenedStore;
beforeEach(async () => {
  opened = await embeddedStore();
});
afterEach(() => opened.close());

const room = roomSettings();
const unavailable = () => Promise.reject(new StoreUnavailable(new Error('down')));
const accepted = () => undefined;

function operationsOn(changes: Partial<Pick<Store, 'line' | 'settings' | 'roomRecords'>> = {}): Operations {
  const store = { ...opened.store, ...changes };
  return createOperations({
    store,
    records: store,
    now: () => 1_000_000,
    emit: () => undefined,
    by: 'admin',
    admissionEnded: () => undefined,
    roomChanged: () => undefined,
    relyingPartyChanged: () => undefined,
  });
}

const message = (text: string) => (settings: typeof room) => ({ ...settings, message: text });

describe('what can be undone', () => {
  test('is no reason to refuse what cannot be kept: it happens, and nothing can be undone', async () => {
    const operations = operationsOn({ roomRecords: { ...opened.store.roomRecords, text: unavailable } });
    await operations.putRoom(room);
    await operations.changeRoom('sale', message('one'));
    expect((await operations.raise('sale', 5)).raisedBy).toBe(5);
    expect((await operations.room('sale')).message).toBe('one');
    expect(await operationsOn().undoable('sale')).toBeNull();
  });

  test('is no change that the store refused', async () => {
    const operations = operationsOn();
    await operations.putRoom(room);
    await operations.changeRoom('sale', message('one'));
    const refused = operationsOn({ settings: { ...opened.store.settings, putRoom: unavailable } });
    await expect(refused.changeRoom('sale', message('two'))).rejects.toThrow(StoreUnavailable);
    expect(await operations.undoable('sale')).toMatchObject({ after: { message: 'one' }, before: { message: null } });
  });

  test('is each of the changes that come at once', async () => {
    const [one, other] = [operationsOn(), operationsOn()];
    await one.putRoom(room);
    await Promise.all([
      one.changeRoom('sale', message('one')),
      other.changeRoom('sale', (settings) => ({ ...settings, capacity: 7 })),
    ]);
    for (let n = 0; n < 2; n++) await one.undo('sale', (await one.undoable('sale'))?.id ?? '', accepted);
    expect(await one.room('sale')).toEqual(room);
    expect(await one.undoable('sale')).toBeNull();
  });

  test('is no change of a group, no removed lane, and not that a room was sold out', async () => {
    const operations = operationsOn();
    await operations.putRoom(room);
    await operations.putGroup({ id: 'backend', size: 10, rooms: { sale: 1 } });
    expect(await operations.undoable('sale')).toBeNull();
    await operations.deleteGroup('backend');
    expect(await operations.undoable('sale')).toBeNull();
    await operations.changeRoom('sale', (settings) => ({ ...settings, lanes: { members: 0.3 } }));
    expect(await operations.undoable('sale')).toMatchObject({ action: 'settings' });
    await operations.changeRoom('sale', ({ lanes: _, ...settings }) => ({ ...settings, title: 'Without lanes' }));
    expect(await operations.undoable('sale')).toBeNull();
    await operations.setStock('sale', 0);
    await operations.closeSoldOut(await operations.room('sale'));
    expect((await operations.room('sale')).mode).toBe('closed');
    expect(await operations.undoable('sale')).toBeNull();
  });

  test('is a raise of all lanes, in each of them', async () => {
    const operations = operationsOn();
    await operations.putRoom({ ...room, lanes: { members: 0.5 } });
    expect((await operations.raise('sale', 10)).raisedBy).toBe(10);
    const raise = await operations.undoable('sale');
    expect(raise).toMatchObject({ action: 'raise', raisedBy: 10, unclaimed: 10, lowersBy: 10 });
    expect(await operations.undo('sale', raise?.id ?? '', accepted)).toMatchObject({ lowersBy: 10 });
    expect((await operations.counters('sale')).serving).toBe(0);
  });

  test('stays when the line does not answer, and is undone once', async () => {
    const operations = operationsOn();
    await operations.putRoom(room);
    await operations.raise('sale', 5);
    const raise = await operations.undoable('sale');
    const { line } = opened.store;
    const failing = operationsOn({
      line: {
        ...line,
        undoRaise: (id, of, at) => (of.isPreview ? line.undoRaise(id, of, at) : unavailable()),
      },
    });
    await expect(failing.undo('sale', raise?.id ?? '', accepted)).rejects.toThrow(StoreUnavailable);
    expect(await operations.undo('sale', raise?.id ?? '', accepted)).toMatchObject({ lowersBy: 5 });
    await operations.raise('sale', 2);
    const [first, second] = await Promise.allSettled(
      [1, 2].map(async () => operations.undo('sale', (await operations.undoable('sale'))?.id ?? '', accepted)),
    );
    expect([first?.status, second?.status].sort()).toEqual(['fulfilled', 'rejected']);
  });
});
