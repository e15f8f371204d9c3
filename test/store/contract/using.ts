import { describe, expect, it } from 'vitest';
import type { AdmissionUse } from '#waiting-room/line/admissions.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { Ports, RoomUnderTest } from './room-under-test.ts';
import { makeRoom, seconds, T0 } from './room-under-test.ts';

/** The browsers that use one admission. */
export function describeUsing(stores: Ports<'line'>): void {
  /** A room with one visitor, `ann`, who is inside. */
  async function withAnn(rules: Parameters<typeof makeRoom>[1] = {}) {
    const room = await makeRoom(stores().store, { size: 5, ...rules });
    await room.raise({ people: 1 });
    const ann = await room.arrive('ann', { claim: true });
    const use = (more: Partial<AdmissionUse> = {}, at = T0, via: LineStore = stores().store.line) =>
      via.useAdmission(room.id, { visitor: 'ann', serial: 0, limit: 3, attempt: 2, revocable: true, ...more }, at);
    return { room, ann, use };
  }
  const seen = async (room: RoomUnderTest, at = T0) =>
    (await stores().second.line.admission(room.id, 'ann', at))?.sessions;
  const confirm = (room: RoomUnderTest, serial: number, browser?: string, at = T0) =>
    stores().second.line.confirm(room.id, { visitor: 'ann', serial, browser }, at);

  describe('the use of an admission', () => {
    it('advances a serial, which each process sees', async () => {
      const { use } = await withAnn();
      const { second } = stores();
      expect(await use()).toEqual({ outcome: 'opened', serial: 2 });
      expect(await use({ serial: 2, attempt: 0 }, T0, second.line)).toEqual({ outcome: 'opened', serial: 3 });
      expect(await use({ serial: 2, attempt: 0 })).toEqual({ outcome: 'pending', serial: 0 });
    });

    it('is null for a visitor who is not inside', async () => {
      const { room, use } = await withAnn();
      expect(await use({ visitor: 'nobody' })).toBeNull();
      await room.exits({ completed: ['ann'] });
      expect(await use()).toBeNull();
    });

    it('shows that an answer arrived where what it issued is used, so that the former serial is a copy', async () => {
      const { room, use } = await withAnn();
      await use();
      expect(await use()).toEqual({ outcome: 'repeated', serial: 3 });
      expect(await confirm(room, 2)).toBeNull();
      expect(await confirm(room, 3)).toMatchObject({ number: 1, sessions: { asked: 2 } });
      expect(await use()).toEqual({ outcome: 'forked', serial: 4 });
      await confirm(room, 4);
      expect(await use()).toEqual({ outcome: 'forked', serial: 5 });
      await confirm(room, 5);
      expect(await use()).toEqual({ outcome: 'copied', serial: 0 });
    });

    it('counts two uses of one serial at the same moment once', async () => {
      const { use } = await withAnn();
      const { store, second } = stores();
      const both = await Promise.all([store, second].map(({ line }) => use({ attempt: 0 }, T0, line)));
      expect(both.map((used) => used?.outcome).toSorted()).toEqual(['opened', 'pending']);
    });

    it('confirms no admission by what is void', async () => {
      const { room, use } = await withAnn({ confirmWindow: seconds(30) });
      await use();
      await use();
      expect(await confirm(room, 2)).toBeNull();
      expect(await room.view()).toMatchObject({ provisional: 1 });
      expect(await confirm(room, 3)).not.toHaveProperty('confirmBy');
      expect(await room.view()).toMatchObject({ provisional: 0 });
    });

    it('shows what the gate knows each browser by, and what the serial belongs to', async () => {
      const { room, use } = await withAnn();
      expect(await seen(room)).toBeUndefined();
      await use();
      expect(await confirm(room, 2, 'firefox-desktop')).toMatchObject({
        sessions: { voidTo: 0, asked: 2, list: [{ id: 2, browser: 'firefox-desktop' }] },
      });
      await use();
      await confirm(room, 3);
      expect(await seen(room)).toEqual({
        voidTo: 0,
        asked: 0,
        list: [
          { id: 2, browser: 'firefox-desktop' },
          { id: 3, browser: '' },
        ],
      });
    });

    it('knows a visitor whom the join itself admitted by the serial 1, without a write', async () => {
      const { room, use } = await withAnn();
      expect(await confirm(room, 1)).toMatchObject({ sessions: { asked: 1, list: [{ id: 1 }] } });
      expect(await use({ attempt: 0, serial: 1 })).toEqual({ outcome: 'opened', serial: 2 });
    });

    it('leaves one browser where one takes over, and says so to every process', async () => {
      const { room, use } = await withAnn();
      await use();
      await confirm(room, 2);
      await use();
      const at = T0 + seconds(10);
      expect(await use({ takeOver: true }, at)).toEqual({ outcome: 'taken over', serial: 4 });
      expect(await seen(room, at)).toEqual({ voidTo: 3, asked: 0, list: [{ id: 4, browser: '' }] });
      expect(await confirm(room, 3, '', at)).toBeNull();
      expect(await use({ serial: 2 }, at)).toEqual({ outcome: 'copied', serial: 0 });
      expect(await room.view(at)).toMatchObject({ takeovers: 1 });
    });

    it('is free ten times a minute, also where a clock jumped back', async () => {
      const { use } = await withAnn();
      let serial = 0;
      const outcomes = [];
      for (let n = 0; n < 12; n++) {
        const used = await use({ serial, attempt: 0 }, n < 5 ? T0 : T0 - seconds(3600));
        outcomes.push(used?.outcome);
        serial = used?.serial || serial;
      }
      expect(outcomes).toEqual([...Array(11).fill('opened'), 'busy']);
      expect(await use({ serial, attempt: 0 }, T0 - seconds(3540))).toMatchObject({ outcome: 'opened' });
    });

    it('outlives a prolonged admission, and ends with it', async () => {
      const { room, ann, use } = await withAnn({ lifetime: seconds(60) });
      await use();
      await room.renew('ann', T0 + seconds(50));
      expect(await seen(room, T0 + seconds(100))).toMatchObject({ list: [{ id: 2 }] });
      const over = T0 + seconds(111);
      await room.view(over);
      expect(await use({}, over)).toBeNull();
      expect(await room.claim(ann, over)).toEqual({ state: 'over' });
    });

    it('begins again with another admission of the visitor', async () => {
      const { room, use } = await withAnn();
      await use();
      await confirm(room, 2);
      await room.exits({ completed: ['ann'] });
      await room.raise({ people: 1 });
      await room.arrive('ann', { claim: true });
      expect(await seen(room)).toBeUndefined();
      expect(await use({ serial: 0 })).toEqual({ outcome: 'opened', serial: 2 });
    });
  });
}
