import { describe, expect, it } from 'vitest';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { Ports, RoomUnderTest } from './room-under-test.ts';
import { makeRoom, OPENING, presentNumbers, seconds, T0 } from './room-under-test.ts';

/** A room in which two visitors of an address need no proof. */
const ASKS = { challenge: true, unprovenPerAddress: 2, presentFromJoin: false };
/** Keys of addresses: the second half names the network around them. */
const HOME = 'home-no1network1';
const FAR = 'home-no2network2';

/** Visitors of an address, named by it and a letter. Whether each is within the budget. */
async function come(line: LineStore, { id }: RoomUnderTest, address: string | null, count: number, at = T0) {
  const entrants = Array.from({ length: count }, (_, n) => ({ visitor: `${address}${at}${n}`, claim: false, address }));
  return (await line.join(id, entrants, at))?.map(({ budgeted }) => budgeted);
}

export function describeBudget(stores: Ports<'line'>): void {
  describe('the budget of unproven visitors', () => {
    it('goes as far as the limit, in the order of the joins, through any process', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store, ASKS);
      expect(await come(store.line, room, HOME, 1)).toEqual([true]);
      expect(await come(second.line, room, HOME, 3)).toEqual([true, false, false]);
      expect(await come(store.line, room, FAR, 1)).toEqual([true]);
      expect(await come(store.line, room, null, 3)).toEqual([true, true, true]);
    });

    it('of a network is ten times that of an address', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store, ASKS);
      for (let n = 0; n < 10; n++) expect(await come(line, room, `house-0${n}network1`, 2)).toEqual([true, true]);
      expect(await come(line, room, HOME, 1)).toEqual([false]);
      expect(await come(line, room, FAR, 1)).toEqual([true]);
    });

    it('of a network goes to its addresses in the order of the joins', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store, ASKS);
      for (let n = 0; n < 9; n++) await come(line, room, `house-0${n}network1`, 2);
      const addresses = [HOME, FAR, 'house-10network1', HOME, 'house-10network1', FAR];
      const entrants = addresses.map((address, n) => ({ visitor: `v${n}`, claim: false, address }));
      const joined = await line.join(room.id, entrants, T0);
      expect(joined?.map(({ budgeted }) => budgeted)).toEqual([true, true, true, false, false, true]);
    });

    it('counts no visitor who brought a proof', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store, ASKS);
      const proven = Array.from({ length: 5 }, (_, n) => ({
        visitor: `p${n}`,
        claim: false,
        address: HOME,
        proven: true,
      }));
      expect((await line.join(room.id, proven, T0))?.every(({ budgeted }) => budgeted)).toBe(true);
      expect(await come(line, room, HOME, 3)).toEqual([true, true, false]);
    });

    it('is free again when visitors prove themselves, leave, or their admission ends', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store, { ...ASKS, unprovenPerAddress: 3 });
      const entrants = ['ann', 'bob', 'cat'].map((visitor) => ({
        visitor,
        claim: true,
        confirmed: true,
        address: HOME,
      }));
      await room.raise({ numbers: 1 });
      await line.join(room.id, entrants, T0);
      expect(await come(line, room, HOME, 1)).toEqual([false]);
      await line.recordHeartbeats(room.id, { generation: 1, numbers: [2], proven: [2] }, T0);
      expect(await come(line, room, HOME, 2)).toEqual([true, false]);
      await room.leave({ generation: 1, number: 3, visitor: 'cat' });
      expect(await come(line, room, HOME, 2)).toEqual([true, false]);
      await room.exits({ completed: ['ann'] });
      expect(await come(line, room, HOME, 2)).toEqual([true, false]);
    });

    it('is kept by visitors who are present or inside, and by no visitor without a heartbeat for half a minute', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store, { ...ASKS, unprovenPerAddress: 3 });
      await room.raise({ numbers: 1 });
      const inside = { visitor: 'ann', claim: true, confirmed: true, address: HOME };
      await line.join(room.id, [inside], T0);
      expect(await come(line, room, HOME, 2)).toEqual([true, true]);
      await room.heard([2]);
      expect(await come(line, room, HOME, 2, T0 + seconds(30))).toEqual([false, false]);
      expect(await come(line, room, HOME, 2, T0 + seconds(31))).toEqual([true, false]);
    });

    it('is lost by absent visitors when another needs it: they then need a proof to be present', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store, ASKS);
      await come(line, room, HOME, 2);
      const later = T0 + seconds(60);
      await room.heard([1], later);
      expect(presentNumbers(await room.view(later))).toEqual([1]);
      expect(await come(line, room, HOME, 2, later)).toEqual([true, false]);
      await room.heard([1, 2, 3], later);
      expect(presentNumbers(await room.view(later))).toEqual([1, 3]);
      await line.recordHeartbeats(room.id, { generation: 1, numbers: [2], proven: [2] }, later);
      expect(presentNumbers(await room.view(later))).toEqual([1, 2, 3]);
    });

    it('checks 200 visitors of an address with a join at most, in turn', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store, { ...ASKS, unprovenPerAddress: 300 });
      await come(line, room, HOME, 300);
      const later = T0 + seconds(60);
      const within = (joined: readonly (boolean | undefined)[] = []) => joined.filter(Boolean).length;
      expect(within(await come(line, room, HOME, 250, later))).toBe(200);
      expect(within(await come(line, room, HOME, 120, later + seconds(1)))).toBe(100);
      expect(within(await come(line, room, HOME, 1, later + seconds(2)))).toBe(0);
    });

    it('keeps absent visitors within it while it goes far enough', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store, { ...ASKS, unprovenPerAddress: 3 });
      await come(line, room, HOME, 2);
      const later = T0 + seconds(3600);
      for (let n = 0; n < 5; n++) await come(line, room, `${n}`.padStart(16, 'other'), 1, later);
      expect(await come(line, room, HOME, 1, later)).toEqual([true]);
      await room.heard([1, 2], later);
      expect(presentNumbers(await room.view(later))).toEqual([1, 2]);
    });

    it('that is lost does not open the front', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store, { ...ASKS, unprovenPerAddress: 1 });
      await come(line, room, HOME, 1);
      await room.heard([1]);
      const later = T0 + seconds(600);
      await come(line, room, HOME, 1, later);
      await room.raise({ numbers: 1 }, later);
      const late = later + seconds(200);
      const place = await room.place({ generation: 1, number: 1, visitor: `${HOME}${T0}0` }, late);
      expect(place).toMatchObject({ state: 'missed', front: false });
    });

    it('is shared by the entrants of a draw, of whom those beyond it are not drawn', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store, ASKS);
      await line.announceDraw(room.id, OPENING, T0);
      expect(await come(line, room, HOME, 3)).toEqual([true, true, false]);
      await room.heardEntrants([0, 1]);
      await room.draw();
      expect((await room.drawResult())?.record.entrants).toBe(2);
    });
  });
}
