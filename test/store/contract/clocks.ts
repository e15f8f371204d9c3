import { describe, expect, it } from 'vitest';
import type { Ports } from './room-under-test.ts';
import { freshId } from './room-under-test.ts';

export function describeClocks(stores: Ports<'clocks'>): void {
  describe('the clocks of processes', () => {
    it('are compared with the store’s', async () => {
      const { time } = await stores().store.clocks.compare(freshId('process'), null);
      expect(Math.abs(time - Date.now())).toBeLessThan(2000);
    });

    it('are known to each process of a shared store, except for those that have not measured', async () => {
      const { store, second } = stores();
      const [one, other, third] = [freshId('one'), freshId('other'), freshId('third')];
      await store.clocks.compare(one, -700);
      await second.clocks.compare(third, null);
      const { others } = await second.clocks.compare(other, 25);
      expect(others).toEqual(second === store ? [] : [-700]);
      await store.clocks.compare(one, 12);
      expect((await second.clocks.compare(other, 25)).others).toEqual(second === store ? [] : [12]);
    });
  });
}
