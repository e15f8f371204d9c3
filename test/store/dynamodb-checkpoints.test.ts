/** When checkpoints are saved, and in which order the entries of a refused join are made and removed. */
import { expect, test } from 'vitest';
import { createCheckpoints } from '#store/dynamodb/checkpoints.ts';
import { createLine } from '#store/dynamodb/line.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Checkpoint } from '#waiting-room/line/opening.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';

const checkpointOf = (generation: number, serving: number) =>
  ({ incarnation: 'a', generation, counters: { serving }, draws: [] }) as unknown as Checkpoint;

function openCheckpoints() {
  const saved: string[] = [];
  let time = 0;
  let before: Promise<void> = Promise.resolve();
  const database = {
    get: async () => undefined,
    put: async () => true,
    async update(_key: object, _update: object, condition?: { readonly values?: object }) {
      await before;
      saved.push(JSON.stringify(condition?.values));
      return true;
    },
  };
  const ledger = { inside: async () => [] };
  const checkpoints = createCheckpoints({ database, patient: database, ledger, elapsed: () => time });
  return {
    generations: () => saved.map((values) => Number(JSON.parse(values)[':generation'].N)),
    save: (generation: number, serving: number) =>
      checkpoints.save('sale', { checkpoint: checkpointOf(generation, serving) }, time),
    pass(ms: number) {
      time += ms;
    },
    holdBack() {
      let release: () => void = () => undefined;
      before = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
  };
}

test('a line is saved once a second, and a line that was reset at once', async () => {
  const { save, pass, generations } = openCheckpoints();
  await save(1, 1);
  await save(1, 2);
  expect(generations()).toEqual([1]);
  pass(1000);
  await save(1, 3);
  await save(2, 0);
  expect(generations()).toEqual([1, 1, 2]);
  await save(2, 1);
  expect(generations()).toEqual([1, 1, 2]);
});

test('a line that is reset while its checkpoint is saved is saved after that', async () => {
  const { save, generations, holdBack } = openCheckpoints();
  const release = holdBack();
  const saving = [save(1, 1), save(2, 0)];
  release();
  await Promise.all(saving);
  expect(generations()).toEqual([1, 2]);
});

test('the entries of a refused join are removed after all of them have an outcome', async () => {
  const steps: string[] = [];
  const joined = [1, 2].map((number) => ({
    ...{ number, incarnation: 'a', generation: 1, entry: null },
    admission: { visitor: `v${number}`, number, generation: 1, issuedAt: 0, expiresAt: 1000 },
  }));
  const below = { join: async () => joined, discard: async () => undefined } as unknown as LineStore;
  const ledger = {
    async enter(_line: object, { number }: { readonly number: number }) {
      if (number === 1) throw new StoreUnavailable(new Error('no answer'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      steps.push(`entered ${number}`);
      return true;
    },
    remove: async (_line: object, number: number) => void steps.push(`removed ${number}`),
  };
  const reservations = {
    prepare: async () => undefined,
    cover: async () => undefined,
    renew: async () => undefined,
    forget: async () => undefined,
  };
  const { line, settled } = createLine({
    ...{ below, reservations },
    ledger: ledger as unknown as Parameters<typeof createLine>[0]['ledger'],
    onError: () => undefined,
  });
  await expect(line.join('sale', [], 0)).rejects.toBeInstanceOf(StoreUnavailable);
  await settled();
  expect(steps).toEqual(['entered 2', 'removed 1', 'removed 2']);
});
