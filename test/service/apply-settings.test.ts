/** What a start does with the configuration file, where operators and other processes change the same settings. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAudit } from '#activity/audit-sink.ts';
import { createFeed } from '#activity/feed.ts';
import { settingsFile } from '#settings/file.ts';
import { say } from '#support/say.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import type { Activity, Emit } from '#waiting-room/activity.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import { applySettings } from '../../src/apply-settings.ts';

const SALE = { id: 'sale', inlet: { strategy: 'max-size', size: 5 } };
const SHOP = {
  client_id: 'shop',
  client_secret: 'change-me',
  room: 'sale',
  redirect_uris: ['https://shop.example/oauth2/idpresponse'],
  landing_url: 'https://shop.example/',
};

interface Start {
  readonly rooms?: readonly object[];
  readonly relying_parties?: readonly object[];
  readonly groups?: readonly object[];
  readonly settings?: 'merge' | 'file-wins';
  readonly revision?: number;
}

describe.each(STORES)('a start with a configuration file, on %s', (_name, open) => {
  let opened: OpenedStore;
  let waitingRoom: WaitingRoom;
  let audit: ReturnType<typeof createAudit>;
  let emitted: Activity[];

  beforeEach(async () => {
    opened = await open();
    audit = createAudit({ store: opened.store.audit, now: Date.now, onError: () => undefined });
    emitted = [];
    waitingRoom = createRoom(createFeed([audit.sink, (activity) => void emitted.push(activity)], Date.now));
  });
  afterEach(async () => {
    await audit.close();
    await opened.close();
  });

  const createRoom = (emit: Emit) =>
    createWaitingRoom({
      store: opened.store,
      now: Date.now,
      cookieKeys: ['a key that only the tests know'],
      emit,
      onError: () => undefined,
    });

  /** Starts with a file that says this. Resolves to the logged messages. */
  async function start({ revision, ...file }: Start = {}, isShared = true): Promise<string[]> {
    const written = { rooms: [SALE], relying_parties: [] as readonly object[], ...file };
    const { rooms, relying_parties, groups, settings } = settingsFile.parse(written);
    const logged: string[] = [];
    await applySettings(
      { rooms, relyingParties: relying_parties, groups, written, fileWins: settings === 'file-wins' },
      {
        operations: waitingRoom.operations,
        appliedFile: opened.store.appliedFile,
        leases: opened.store.leases,
        audit,
        log: { warn: (_details: unknown, message?: string) => void logged.push(message ?? '') },
        issuer: 'https://line.example',
        say,
        revision: revision ?? null,
        isShared,
        signal: new AbortController().signal,
      },
    );
    return logged;
  }

  /** What an operator does with the token `ops`. */
  const change = (changes: object, id = 'sale') =>
    waitingRoom.operationsOf('ops').changeRoom(id, (room) => ({ ...room, ...changes }));
  const sale = () => waitingRoom.operations.room('sale');

  test('keeps what an operator set, also where the file names it, and logs each difference with who set it', async () => {
    await start();
    await change({ mode: 'paused', message: 'Back at noon.', inlet: { strategy: 'max-size', size: 2 } });
    for (let restarts = 0; restarts < 2; restarts++) {
      expect(await start()).toEqual(['room sale: inlet.size is 2, set with the token `ops`; the file says 5']);
      expect(await sale()).toMatchObject({ mode: 'paused', message: 'Back at noon.', inlet: { size: 2 } });
    }
  });

  test('applies what is new or has changed in the file, leaf by leaf', async () => {
    await start();
    await change({ mode: 'paused', inlet: { strategy: 'max-size', size: 2 } });
    await start({ rooms: [{ ...SALE, title: 'Spring sale', mode: 'queue', admission: { lifetime: '1h' } }] });
    expect(await sale()).toMatchObject({
      title: 'Spring sale',
      mode: 'queue',
      inlet: { size: 2 },
      admission: { lifetime: 3_600_000, claim_window: 120_000 },
    });
    await start({ rooms: [{ id: 'sale', inlet: { strategy: 'max-size', size: 7 } }] });
    expect(await sale()).toMatchObject({ inlet: { size: 7 }, title: 'sale', admission: { lifetime: 600_000 } });
  });

  test('takes a list as a whole', async () => {
    const urls = (...return_urls: string[]) => ({ rooms: [{ ...SALE, return_urls }] });
    await start(urls('https://a.example/'));
    await change({ return_urls: ['https://b.example/'] });
    await start(urls('https://a.example/'));
    expect(await sale()).toMatchObject({ return_urls: ['https://b.example/'] });
    await start(urls('https://a.example/', 'https://c.example/'));
    expect(await sale()).toMatchObject({ return_urls: ['https://a.example/', 'https://c.example/'] });
  });

  test('keeps an operator’s value that the file no longer names, and resets what only the file had set', async () => {
    await start({ rooms: [{ ...SALE, message: 'Welcome.', title: 'Spring sale' }] });
    await change({ message: 'Sold out.' });
    await start();
    expect(await sale()).toMatchObject({ message: 'Sold out.', title: 'sale' });
  });

  test('applies a changed inlet as a whole where the operator chose another strategy', async () => {
    await start();
    await change({ inlet: { strategy: 'rate', per_minute: 60 } });
    await start();
    expect(await sale()).toMatchObject({ inlet: { strategy: 'rate', per_minute: 60 } });
    await start({ rooms: [{ id: 'sale', inlet: { strategy: 'periodic', increment: 5, every: '1m' } }] });
    expect((await sale()).inlet).toEqual({ strategy: 'periodic', increment: 5, every: 60_000 });
  });

  test('asks for a proof by default except where AWS clients come, whenever the file says that they do', async () => {
    const challenge = async () => (await sale()).challenge;
    await start();
    expect(await challenge()).toBe('auto');
    await start({ rooms: [{ ...SALE, aws: {} }] });
    expect(await challenge()).toBe('off');
    await start({ rooms: [{ ...SALE, aws: null }] });
    expect(await challenge()).toBe('auto');
    await start({ rooms: [{ ...SALE, challenge: 'auto' }] });
    await start({ rooms: [{ ...SALE, challenge: 'auto', aws: {} }] });
    expect(await challenge()).toBe('auto');
    await change({ challenge: 'off' });
    await start({ rooms: [{ ...SALE, challenge: 'auto', aws: {} }] });
    expect(await challenge()).toBe('off');
  });

  test('leaves no audit entry and no event where nothing changes', async () => {
    await start({ relying_parties: [SHOP] });
    const before = emitted.length;
    await start({ relying_parties: [SHOP] });
    expect(emitted.slice(before)).toEqual([]);
  });

  test('does not make again what an operator deleted, until the file changes it', async () => {
    await start({ relying_parties: [SHOP] });
    await waitingRoom.operationsOf('ops').deleteRoom('sale');
    await waitingRoom.operationsOf('ops').deleteRelyingParty('shop');
    expect(await start({ relying_parties: [SHOP] })).toEqual([
      'room sale: was deleted with the token `ops`; the file still has it',
      'relying party shop: was deleted with the token `ops`; the file still has it',
    ]);
    expect(await waitingRoom.operations.rooms()).toEqual([]);
    await start({ rooms: [{ ...SALE, title: 'Again' }] });
    expect(await sale()).toMatchObject({ title: 'Again' });
  });

  test('merges relying parties, whose secret is in no message', async () => {
    await start({ relying_parties: [SHOP] });
    const operator = waitingRoom.operationsOf('ops');
    await operator.changeRelyingParty('shop', (party) => ({
      ...party,
      client_secret: 'rotated-secret',
      post_logout_redirect_uris: ['https://shop.example/bye'],
    }));
    const logged = await start({ relying_parties: [SHOP] });
    expect(logged).toEqual(['relying party shop: client_secret is not the one of the file']);
    expect(await operator.relyingParty('shop')).toMatchObject({ client_secret: 'rotated-secret' });
    await start({ relying_parties: [{ ...SHOP, profile: 'alb' }] });
    expect(await operator.relyingParty('shop')).toMatchObject({
      profile: 'alb',
      client_secret: 'rotated-secret',
      post_logout_redirect_uris: ['https://shop.example/bye'],
    });
    const window = (await operator.relyingParty('shop')).login_window;
    await operator.deleteRelyingParty('shop');
    await start({ relying_parties: [{ ...SHOP, profile: 'alb', post_logout_redirect_uris: [] }] });
    expect((await operator.relyingParty('shop')).login_window).toBe(window);
  });

  test('with `settings: file-wins` restores the file', async () => {
    await start();
    await change({ mode: 'paused', inlet: { strategy: 'max-size', size: 2 } });
    expect(await start({ settings: 'file-wins' })).toEqual([]);
    expect(await sale()).toMatchObject({ mode: 'queue', inlet: { size: 5 } });
  });

  describe('of processes whose files differ', () => {
    const withSize = (size: number) => ({ rooms: [{ ...SALE, inlet: { strategy: 'max-size', size } }] });

    test('applies no lower CONFIG_REVISION, and a former file with a higher one', async () => {
      await start({ ...withSize(5), revision: 1 });
      await start({ ...withSize(8), revision: 2 });
      expect(await start({ ...withSize(5), revision: 1 })).toEqual([expect.stringContaining('CONFIG_REVISION')]);
      expect(await sale()).toMatchObject({ inlet: { size: 8 } });
      expect(await start({ ...withSize(5), revision: 3 })).toEqual([]);
      expect(await sale()).toMatchObject({ inlet: { size: 5 } });
    });

    test('without a revision logs a superseded file and does not apply it', async () => {
      await start(withSize(5));
      await start(withSize(8));
      expect(await start(withSize(5))).toEqual([expect.stringContaining('has applied a later one')]);
      expect(await sale()).toMatchObject({ inlet: { size: 8 } });
      expect(await start(withSize(8))).toEqual([]);
    });

    test('applies a former file again where no other process uses the store', async () => {
      await start(withSize(5), false);
      await start(withSize(8), false);
      expect(await start(withSize(5), false)).toEqual([]);
      expect(await sale()).toMatchObject({ inlet: { size: 5 } });
    });

    test('applies a file once, however many processes start at once', async () => {
      await start(withSize(5));
      await Promise.all([start(withSize(6)), start(withSize(6)), start(withSize(6))]);
      expect(emitted.filter(({ type }) => type === 'operator.acted')).toHaveLength(2);
    });
  });

  describe('after a version that remembered no file', () => {
    const former = (settings: object) => {
      const { rooms } = settingsFile.parse({ rooms: [{ ...SALE, ...settings }] });
      return rooms[0] as (typeof rooms)[number];
    };

    test('finds what was applied last in the audit log', async () => {
      await waitingRoom.operations.putRoom(former({ message: 'Welcome.' }));
      await change({ inlet: { strategy: 'max-size', size: 2 } });
      await start({ rooms: [{ ...SALE, message: 'Hello.' }] });
      expect(await sale()).toMatchObject({ inlet: { size: 2 }, message: 'Hello.' });
    });

    test('keeps what is live where the audit log has no trace', async () => {
      await createRoom(() => undefined).operations.putRoom({ ...former({}), message: 'Sold out.' });
      expect(await start({ rooms: [{ ...SALE, message: 'Hello.' }] })).toEqual([
        'room sale: message is "Sold out."; the file says "Hello."',
      ]);
      expect(await sale()).toMatchObject({ message: 'Sold out.' });
    });
  });

  describe('groups', () => {
    const groupOf = (size: number) => ({ id: 'backend', size, rooms: { sale: 0.5 } });

    test('are put where they are new or have changed, and keep what an operator set otherwise', async () => {
      await start({ groups: [groupOf(10)] });
      expect(await waitingRoom.operations.groups()).toEqual([groupOf(10)]);
      await waitingRoom.operations.putGroup(groupOf(20));
      await start({ groups: [groupOf(10)] });
      expect(await waitingRoom.operations.groups()).toEqual([groupOf(20)]);
      await start({ groups: [groupOf(30)] });
      expect(await waitingRoom.operations.groups()).toEqual([groupOf(30)]);
    });

    test('of rooms that nobody knows are refused, and nothing is stored', async () => {
      const unknown = { id: 'backend', size: 10, rooms: { other: 0.5 } };
      await expect(start({ groups: [unknown] })).rejects.toThrow('there is no other');
      expect(await waitingRoom.operations.rooms()).toEqual([]);
    });
  });
});
