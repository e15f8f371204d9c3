import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Holder, Place } from '#waiting-room/line/place.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { T0 } from './contract/room-under-test.ts';

type Told =
  | ['open']
  | ['refused', string]
  | ['joined', Holder, Admission | null]
  | ['claimed', Holder, Place]
  | ['left', Holder]
  | ['put' | 'used' | 'remembered', string];

let dir: string;
const running = new Set<ChildProcess>();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anteroom-'));
});

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  await rm(dir, { recursive: true });
});

function start(room: string, name = 'worker') {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'embedded.worker.ts'), dir, room, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  return child;
}

/** What a worker tells until it has told so much; then it is killed, and what it wrote before that is read too. */
async function toldBeforeTheKill(child: ReturnType<typeof start>, enough: number): Promise<Told[]> {
  const told: Told[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    // The last line may be cut off by the kill.
    if (!line.endsWith(']')) continue;
    told.push(JSON.parse(line));
    if (told.length === enough) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  running.delete(child);
  return told;
}

async function expectKept(store: Store, room: string, told: readonly Told[]): Promise<void> {
  const left = new Set(told.flatMap((entry) => (entry[0] === 'left' ? [entry[1].number] : [])));
  const { counters } = await store.line.view(room, T0);
  for (const entry of told) {
    if (entry[0] === 'joined' || entry[0] === 'claimed') {
      const [, holder, outcome] = entry;
      expect(holder.number).toBeLessThanOrEqual(counters.queue);
      const place = await store.line.place(room, holder, T0);
      expect(place.state).not.toBe('stale');
      const admission = outcome && 'state' in outcome ? outcome.state === 'admitted' && outcome.admission : outcome;
      // Who left had said so, at the latest as the worker was killed.
      if (admission && place.state !== 'over') expect(place).toMatchObject({ state: 'admitted', admission });
      if (place.state === 'over') expect(holder.visitor).toMatch(/-\d*[05]$/);
    } else if (entry[0] === 'used') {
      expect(await store.oidcRecords.find('AuthorizationCode', entry[1])).toEqual({
        jti: entry[1],
        consumed: T0 / 1000,
      });
      expect(await store.oidcRecords.consume('AuthorizationCode', entry[1], T0)).toBe(false);
    } else if (entry[0] === 'put') {
      expect(await store.oidcRecords.find('AuthorizationCode', entry[1])).toMatchObject({ jti: entry[1] });
    } else if (entry[0] === 'remembered') {
      expect(await store.idempotency.remember(entry[1], 'later', 1000)).toBe(entry[1].split('-')[0]);
    }
  }
  for (const number of left) {
    expect(await store.line.place(room, { generation: 1, number, visitor: 'whoever' }, T0)).toEqual({ state: 'over' });
  }
}

describe('the embedded store, when its process is killed', () => {
  it('keeps everything that it answered, and issues no number twice, after any number of kills', async () => {
    const told: Told[] = [];
    for (const [round, enough] of [40, 700, 1500, 3000].entries()) {
      told.push(...(await toldBeforeTheKill(start('sale', `round${round}`), enough)));
      const store = openEmbeddedStore({ dir });
      await expectKept(store, 'sale', told);
      await store.close();
    }
    const numbers = told.flatMap((entry) => (entry[0] === 'joined' ? [entry[1].number] : []));
    expect(numbers.length).toBeGreaterThan(1000);
    expect(new Set(numbers).size).toBe(numbers.length);
  }, 60_000);

  it('can be opened by the next process at once, and not before', async () => {
    const holder = start('-');
    const [opened] = await once(createInterface({ input: holder.stdout }), 'line');
    expect(JSON.parse(opened)).toEqual(['open']);
    expect(() => openEmbeddedStore({ dir })).toThrow(/anteroom\.db is in use by another process/);
    expect(await toldBeforeTheKill(start('-'), 99)).toEqual([['refused', 'in_use']]);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const store = openEmbeddedStore({ dir });
    await store.ping();
    await store.close();
  });

  it('stays closed to other processes when its own process tries to open it twice', async () => {
    const store = openEmbeddedStore({ dir });
    expect(() => openEmbeddedStore({ dir })).toThrow(/in use/);
    expect(await toldBeforeTheKill(start('-'), 99)).toEqual([['refused', 'in_use']]);
    await store.close();
  });
});
