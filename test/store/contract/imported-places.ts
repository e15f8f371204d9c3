import { describe, expect, it } from 'vitest';
import type { TokenLine } from '#waiting-room/ports/issued-tokens.ts';
import type { Ports } from './room-under-test.ts';
import { freshId } from './room-under-test.ts';

const place = (id: string, number: number) => ({ id, number, enteredAt: 1000 + number });

export function describeImportedPlaces(stores: Ports<'importedPlaces'>): void {
  describe('imported places', () => {
    const freshLine = (): TokenLine => ({ room: freshId('room'), incarnation: 'abc', generation: 1 });

    it('are found by their ids, in their line alone', async () => {
      const { store, second } = stores();
      const line = freshLine();
      expect(await store.importedPlaces.exist(line)).toBe(false);
      await store.importedPlaces.add(line, [place('a', 1), place('b', 2)]);
      expect(await second.importedPlaces.find(line, 'b')).toEqual(place('b', 2));
      expect(await second.importedPlaces.find(line, 'c')).toBeNull();
      expect(await second.importedPlaces.exist(line)).toBe(true);
      for (const other of [{ ...line, generation: 2 }, { ...line, incarnation: 'x' }, freshLine()]) {
        expect(await store.importedPlaces.find(other, 'a')).toBeNull();
        expect(await store.importedPlaces.exist(other)).toBe(false);
      }
    });

    it('are kept when they come again', async () => {
      const { importedPlaces } = stores().store;
      const line = freshLine();
      await importedPlaces.add(line, [place('a', 1)]);
      await importedPlaces.add(line, [place('a', 7), place('b', 2)]);
      expect(await importedPlaces.find(line, 'a')).toEqual(place('a', 1));
      await importedPlaces.add(line, []);
    });

    it('come by the thousands', async () => {
      const { importedPlaces } = stores().store;
      const line = freshLine();
      await importedPlaces.add(
        line,
        Array.from({ length: 5000 }, (_, n) => place(`id-${n + 1}`, n + 1)),
      );
      expect(await importedPlaces.find(line, 'id-5000')).toEqual(place('id-5000', 5000));
    });
  });
}
