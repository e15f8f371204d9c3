import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createContinuity } from '#clock/continuity.ts';
import { openEmbeddedStore } from '#store/embedded/index.ts';

test('every process sees the same start of the service, until no process ran for ten seconds', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'anteroom-clock-'));
  let time = 1_000_000;
  const store = openEmbeddedStore({ dir, now: () => time });
  const [one, other] = [1, 2].map(() => createContinuity(store.idempotency, () => time));
  if (!one || !other) throw new Error('there are two');
  expect(await one()).toBe(1_000_000);
  for (let n = 0; n < 5; n++) {
    time += 9_999;
    expect(await (n % 2 ? one : other)()).toBe(1_000_000);
  }
  time += 10_000;
  expect(await other()).toBe(time);
  time += 5000;
  expect(await one()).toBe(time - 5000);
  await store.close();
  await rm(dir, { recursive: true });
});

test('after a clock jumped back, no gap lasts until the time before the jump', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'anteroom-clock-'));
  let time = 10_000_000;
  const store = openEmbeddedStore({ dir, now: () => time });
  const since = createContinuity(store.idempotency, () => time);
  expect(await since()).toBe(10_000_000);
  time -= 3_600_000;
  expect(await since()).toBe(time);
  time += 5000;
  expect(await since()).toBe(time - 5000);
  await store.close();
  await rm(dir, { recursive: true });
});
