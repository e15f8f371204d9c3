import { describe, expect, it } from 'vitest';
import { RoomNotFound } from '#waiting-room/errors.ts';
import { lineRules } from '#waiting-room/line-rules.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Ports } from './room-under-test.ts';
import { freshId, T0 } from './room-under-test.ts';

export const settingsOf = (id: string): RoomSettings => ({
  id,
  title: 'Spring sale „Frühling“ 🌷',
  mode: 'queue',
  inlet: { strategy: 'max-size', size: 500 },
  admission: { lifetime: 600_000, claim_window: 120_000, missed_turn: 'front', renew: false },
  presence: { timeout: 180_000 },
  message: null,
  events: [],
  return_urls: ['https://shop.example/'],
});

const partyOf = (clientId: string): RelyingParty => ({
  client_id: clientId,
  client_secret: 'change-me',
  room: 'spring-sale',
  profile: 'generic',
  redirect_uris: ['https://shop.example/oauth2/callback'],
  post_logout_redirect_uris: [],
  login_window: 600_000,
  landing_url: null,
  initiate_login_uri: null,
});

export function describeSettings(stores: Ports<'settings' | 'appliedFile' | 'line' | 'ping'>): void {
  describe('settings', () => {
    it('answers a ping', async () => {
      await expect(stores().store.ping()).resolves.toBeUndefined();
    });

    it('keeps the settings of rooms, the latest of each', async () => {
      const { settings } = stores().store;
      const before = (await settings.rooms()).length;
      const room = settingsOf(freshId('room'));
      const other = settingsOf(freshId('room'));
      expect(await settings.room(room.id)).toBeNull();
      await settings.putRoom(room);
      await settings.putRoom(other);
      await settings.putRoom({ ...room, message: 'Soon.' });
      expect(await stores().second.settings.room(room.id)).toEqual({ ...room, message: 'Soon.' });
      expect(await settings.rooms()).toHaveLength(before + 2);
      expect(await settings.rooms()).toContainEqual(other);
      expect(await settings.deleteRoom(room.id)).toBe(true);
      expect(await settings.deleteRoom(room.id)).toBe(false);
      expect(await settings.room(room.id)).toBeNull();
      expect(await settings.rooms()).toHaveLength(before + 1);
      await settings.deleteRoom(other.id);
    });

    it('answers some rooms alone, those that there are', async () => {
      const { settings } = stores().store;
      const [one, two, three] = ['b', 'a', 'c'].map((letter) => settingsOf(freshId(letter))) as [
        RoomSettings,
        RoomSettings,
        RoomSettings,
      ];
      for (const room of [one, two, three]) await settings.putRoom(room);
      const { settings: elsewhere } = stores().second;
      expect(await elsewhere.rooms([one.id, freshId('missing'), two.id])).toEqual([two, one]);
      await settings.putRoom({ ...one, message: 'Soon.' });
      expect(await elsewhere.rooms([one.id])).toEqual([{ ...one, message: 'Soon.' }]);
      expect(await elsewhere.rooms([])).toEqual([]);
      expect(await elsewhere.rooms()).toContainEqual(three);
      for (const { id } of [one, two, three]) await settings.deleteRoom(id);
      expect(await elsewhere.rooms([one.id, two.id])).toEqual([]);
    });

    it.each([10, 5000])(
      'answers one value of a room until it changes, with a style sheet of %d bytes',
      async (bytes) => {
        const [{ settings }, { settings: elsewhere }] = [stores().store, stores().second];
        const css = (letter: string) => `/* ${letter.repeat(bytes)} */`;
        const room = { ...settingsOf(freshId('room')), theme: { css: css('ä') } };
        await settings.putRoom(room);
        const read = await elsewhere.room(room.id);
        expect(read).toEqual(room);
        expect(await elsewhere.room(room.id)).toBe(read);
        expect((await elsewhere.rooms()).find(({ id }) => id === room.id)).toBe(read);
        // As long as before.
        await settings.putRoom({ ...room, theme: { css: css('ö') } });
        expect(await elsewhere.room(room.id)).toEqual({ ...room, theme: { css: css('ö') } });
        expect(await elsewhere.rooms()).toContainEqual({ ...room, theme: { css: css('ö') } });
        await settings.deleteRoom(room.id);
        expect(await elsewhere.room(room.id)).toBeNull();
        expect((await elsewhere.rooms()).map(({ id }) => id)).not.toContain(room.id);
        await settings.putRoom(room);
        expect(await elsewhere.rooms()).toContainEqual(room);
        expect(await elsewhere.room(room.id)).toEqual(room);
        await settings.deleteRoom(room.id);
      },
    );

    it('keeps what was last applied of a configuration file, for every process', async () => {
      const { appliedFile } = stores().store;
      await appliedFile.write('{"revision":1}');
      await appliedFile.write('{"revision":2}');
      expect(await stores().second.appliedFile.read()).toBe('{"revision":2}');
    });

    it('deletes the line with its room, and a room of the same id honours no old ticket', async () => {
      const { settings, line } = stores().store;
      const room = settingsOf(freshId('room'));
      const entrants = [
        { visitor: 'ann', claim: true },
        { visitor: 'bob', claim: false },
      ];
      await settings.putRoom(room);
      await line.open(room.id, { rules: lineRules(room), incarnation: '', checkpoint: null }, T0);
      await line.raise(room.id, { numbers: 1 }, T0);
      await line.join(room.id, entrants, T0);
      await settings.deleteRoom(room.id);
      await expect(line.view(room.id, T0)).rejects.toBeInstanceOf(RoomNotFound);

      await settings.putRoom(room);
      await line.open(room.id, { rules: lineRules(room), incarnation: '', checkpoint: null }, T0);
      expect((await line.view(room.id, T0)).counters).toMatchObject({ queue: 0, serving: 0, claimed: 0, active: 0 });
      expect(await line.admission(room.id, 'ann', T0)).toBeNull();
      await line.join(room.id, entrants, T0);
      for (const number of [1, 2]) {
        const old = { generation: 1, number, visitor: `visitor-${number}` };
        expect(await line.place(room.id, old, T0)).toEqual({ state: 'stale' });
      }
      await settings.deleteRoom(room.id);
    });

    it('keeps relying parties, the latest of each', async () => {
      const { settings } = stores().store;
      const party = partyOf(freshId('client'));
      const { client_secret: _, ...open } = partyOf(freshId('client'));
      expect(await settings.relyingParty(party.client_id)).toBeNull();
      await settings.putRelyingParty(party);
      await settings.putRelyingParty(open);
      await settings.putRelyingParty({ ...party, landing_url: 'https://shop.example/' });
      const found = await stores().second.settings.relyingParty(party.client_id);
      expect(found).toEqual({ ...party, landing_url: 'https://shop.example/' });
      expect(await settings.relyingParties()).toEqual(expect.arrayContaining([found, open]));
      expect(await settings.deleteRelyingParty(party.client_id)).toBe(true);
      expect(await settings.deleteRelyingParty(party.client_id)).toBe(false);
      expect(await settings.relyingParty(party.client_id)).toBeNull();
      expect(await settings.relyingParties()).not.toContainEqual(found);
    });

    it('replaces the settings of a room only if the expected revision is stored', async () => {
      const [{ settings }, { settings: elsewhere }] = [stores().store, stores().second];
      const room = settingsOf(freshId('room'));
      expect(await settings.storedRoom(room.id)).toBeNull();
      expect(await settings.putRoom(room, 'another revision')).toBeNull();
      const created = await settings.putRoom(room, null);
      expect(await settings.putRoom(room, null)).toBeNull();
      expect(await elsewhere.storedRoom(room.id)).toEqual({ value: room, revision: created });

      const changed = await elsewhere.putRoom({ ...room, message: 'Soon.' }, created);
      expect(changed).not.toBeNull();
      expect(changed).not.toBe(created);
      expect(await settings.putRoom({ ...room, title: 'Late' }, created)).toBeNull();
      expect(await settings.room(room.id)).toEqual({ ...room, message: 'Soon.' });
      expect(await settings.putRoom(room, changed)).toBe(created);

      const unconditional = await settings.putRoom({ ...room, title: 'Sale' });
      expect(await settings.storedRoom(room.id)).toEqual({
        value: { ...room, title: 'Sale' },
        revision: unconditional,
      });
      await settings.deleteRoom(room.id);
    });

    it('makes one of many concurrent changes that expect the same revision', async () => {
      const [{ settings }, { settings: elsewhere }] = [stores().store, stores().second];
      const room = settingsOf(freshId('room'));
      const revision = await settings.putRoom(room, null);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 === 0 ? settings : elsewhere).putRoom({ ...room, title: `${n}` }, revision),
        ),
      );
      expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
      expect((await settings.room(room.id))?.title).toBe(`${answers.findIndex((answer) => answer !== null)}`);
      await settings.deleteRoom(room.id);
    });

    it('deletes a room with its line only if the expected revision is stored', async () => {
      const { settings, line } = stores().store;
      const room = settingsOf(freshId('room'));
      const old = await settings.putRoom(room, null);
      const current = await settings.putRoom({ ...room, message: 'Soon.' }, old);
      await line.open(room.id, { rules: lineRules(room), incarnation: '', checkpoint: null }, T0);
      await line.join(room.id, [{ visitor: 'ann', claim: false }], T0);

      expect(await settings.deleteRoom(room.id, old ?? '')).toBe(false);
      expect(await settings.storedRoom(room.id)).toMatchObject({ revision: current });
      expect((await line.view(room.id, T0)).counters.queue).toBe(1);

      expect(await settings.deleteRoom(room.id, current ?? '')).toBe(true);
      expect(await settings.room(room.id)).toBeNull();
      await expect(line.view(room.id, T0)).rejects.toBeInstanceOf(RoomNotFound);
      expect(await settings.deleteRoom(room.id, current ?? '')).toBe(false);
    });

    it('replaces and deletes a relying party only if the expected revision is stored', async () => {
      const [{ settings }, { settings: elsewhere }] = [stores().store, stores().second];
      const party = partyOf(freshId('client'));
      expect(await settings.putRelyingParty(party, 'another revision')).toBeNull();
      const old = await settings.putRelyingParty(party, null);
      expect(await elsewhere.putRelyingParty(party, null)).toBeNull();
      expect(await elsewhere.storedRelyingParty(party.client_id)).toEqual({ value: party, revision: old });
      const current = await elsewhere.putRelyingParty({ ...party, client_secret: 'another' }, old);
      expect(await settings.putRelyingParty(party, old)).toBeNull();
      expect(await settings.deleteRelyingParty(party.client_id, old ?? '')).toBe(false);
      expect(await settings.deleteRelyingParty(party.client_id, current ?? '')).toBe(true);
      expect(await settings.storedRelyingParty(party.client_id)).toBeNull();
    });
  });
}
