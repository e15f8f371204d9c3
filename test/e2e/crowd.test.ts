import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programEnvironment } from '#support/program-environment.ts';
import { type Crowd, startCrowd } from '../../crowd/crowd.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';

const MAIN = resolve('crowd/main.ts');
/** How much faster the crowd shops, waits and comes back than people do. */
const PACE = 20;

describe('a crowd', () => {
  let anteroom: Anteroom;
  let crowd: Crowd;
  const stop = new AbortController();
  const failures: unknown[] = [];

  beforeAll(async () => {
    anteroom = await startAnteroom();
    crowd = startCrowd({
      shop: anteroom.shop,
      size: 12,
      signal: stop.signal,
      now: Date.now,
      sleep: (seconds) => delay((seconds * 1000) / PACE, undefined, { signal: stop.signal }),
      onFailure: (error) => failures.push(error),
    });
  });
  afterAll(async () => {
    stop.abort();
    await crowd?.ended;
    await anteroom?.close();
  });

  it('waits in line, shops, buys and leaves, like browsers do', async () => {
    await expect.poll(() => crowd.tally().ended.bought, { timeout: 60_000 }).toBeGreaterThan(5);
    const { claimed, completed, active } = await anteroom.admin('GET', '/counters');
    expect(Number(claimed)).toBeGreaterThan(5);
    expect(Number(completed)).toBeGreaterThan(3);
    expect(Number(active)).toBeLessThanOrEqual(3);
    expect(failures).toEqual([]);
  });

  it('leaves a line to wait in: its size is beyond that of the room', async () => {
    await expect.poll(() => crowd.tally().where['in line']).toBeGreaterThan(3);
    expect(Number((await anteroom.admin('GET', '/counters')).waiting)).toBeGreaterThan(3);
  });
});

it('stops where it is when it is told to', async () => {
  const stop = new AbortController();
  const pauses: string[] = [];
  const crowd = startCrowd({
    shop: 'http://127.0.0.1:9',
    size: 3,
    signal: stop.signal,
    now: Date.now,
    sleep: (seconds) => {
      pauses.push(`${seconds}`);
      return delay(seconds * 1000, undefined, { signal: stop.signal });
    },
  });
  stop.abort();
  await crowd.ended;
  expect(pauses).toHaveLength(3);
  expect(crowd.tally().ended.failed).toBe(0);
});

describe('the program', () => {
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess =>
    spawn(process.execPath, [MAIN, ...args], {
      env: { ...programEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });

  it.each([
    [['many'], {}, 'The size of the crowd must be a number from 0 to 5000.'],
    [['5001'], {}, 'The size of the crowd must be a number from 0 to 5000.'],
    [['3'], { SHOP_URL: 'shop.example' }, 'SHOP_URL must be an http or https URL.'],
  ])('refuses %j with %j', async (args, env, reason) => {
    const child = run(args, env);
    let said = '';
    child.stderr?.on('data', (chunk) => (said += String(chunk)));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(said.trim()).toBe(reason);
  });

  it('ends when the program that started it is gone', async () => {
    const child = run(['3'], { SHOP_URL: 'http://127.0.0.1:9' });
    await once(child, 'spawn');
    await delay(1000);
    expect(child.exitCode).toBeNull();
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

it('comes with the demo', async () => {
  const anteroom = await startAnteroom('', 5);
  try {
    const queue = async () => Number((await anteroom.admin('GET', '/counters')).queue);
    await expect.poll(queue, { timeout: 40_000, interval: 500 }).toBeGreaterThan(2);
  } finally {
    await anteroom.close();
  }
});
