import { beforeEach, describe, expect, test } from 'vitest';
import { createLoopGuard, type Loop } from '#http/loop-guard.ts';
import { createSeal } from '#waiting-room/seal.ts';

const LOGIN: Loop = { step: 'login', key: 'shop', place: 'https://shop.example/callback' };
const RESTART: Loop = { step: 'restart', key: 'shop' };

let time: number;
let jar: Map<string, string>;
beforeEach(() => {
  time = 1_700_000_000_000;
  jar = new Map();
});

const guard = createLoopGuard(createSeal(['a key']), true, () => time);
type Ctx = Parameters<typeof guard.count>[0];

/** A request of a browser that keeps the cookies of each answer. */
function request({ isBrowser = true } = {}): Ctx {
  const ctx = {
    req: { headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } },
    get: (name: string) => (isBrowser && name === 'Sec-Fetch-Dest' ? 'document' : ''),
    append(_name: string, cookie: string) {
      const [, name = '', value = '', age] = /^([^=]+)=([^;]*); Max-Age=(\d+)/.exec(cookie) ?? [];
      if (age === '0') jar.delete(name);
      else jar.set(name, value);
    },
  };
  return ctx as unknown as Ctx;
}

function repeat(times: number, loop: Loop): void {
  for (let i = 0; i < times; i++) guard.record(request(), loop);
}

describe('the guard against redirect loops', () => {
  test('keeps one cookie for each key, whatever repeats', () => {
    guard.record(request(), LOGIN);
    guard.record(request(), RESTART);
    guard.record(request(), { ...RESTART, key: 'kiosk' });
    expect([...jar.keys()]).toEqual(['__Host-anteroom_loop_shop', '__Host-anteroom_loop_kiosk']);
    expect([guard.count(request(), LOGIN), guard.count(request(), RESTART)]).toEqual([1, 1]);
  });

  test.each<[Loop, { isBrowser: boolean }, readonly string[]]>([
    [LOGIN, { isBrowser: true }, [...Array(4).fill('pass'), ...Array(6).fill('slow'), 'stop', 'stop']],
    [LOGIN, { isBrowser: false }, [...Array(10).fill('pass'), 'stop', 'stop']],
    [RESTART, { isBrowser: true }, ['pass', 'pass', 'stop', 'stop']],
    [
      { step: 'return', key: 'sale', place: 'https://shop.example/' },
      { isBrowser: true },
      ['pass', 'pass', 'pass', 'stop'],
    ],
    [{ step: 'return', key: 'sale' }, { isBrowser: false }, [...Array(10).fill('pass'), 'stop']],
  ])('gives %o of %o its verdict by how often it repeated', (loop, from, verdicts) => {
    const given = verdicts.map(() => {
      const verdict = guard.verdict(request(from), loop);
      guard.record(request(from), loop);
      return verdict;
    });
    expect(given).toEqual(verdicts);
  });

  test('counts each place apart, and for a minute', () => {
    repeat(3, LOGIN);
    expect(guard.count(request(), { ...LOGIN, place: 'https://shop.example/other' })).toBe(0);
    time += 59_999;
    expect(guard.count(request(), LOGIN)).toBe(3);
    time += 1;
    expect(guard.count(request(), LOGIN)).toBe(0);
  });

  test('clears one step and leaves the others', () => {
    repeat(3, LOGIN);
    repeat(2, RESTART);
    guard.clear(request(), LOGIN);
    expect([guard.count(request(), LOGIN), guard.count(request(), RESTART)]).toEqual([0, 2]);
    guard.clear(request(), RESTART);
    expect(jar.size).toBe(0);
  });

  test('begins the count again with a step that the visitor confirmed', () => {
    repeat(3, LOGIN);
    repeat(2, RESTART);
    guard.recordFirst(request(), RESTART);
    expect([guard.count(request(), LOGIN), guard.count(request(), RESTART)]).toEqual([3, 1]);
  });

  test('holds a bounded number of times', () => {
    repeat(500, LOGIN);
    expect(jar.get('__Host-anteroom_loop_shop')?.length).toBeLessThan(1000);
    expect(guard.verdict(request(), LOGIN)).toBe('stop');
  });

  test('ignores a cookie that is not its own, and those of earlier versions', () => {
    repeat(10, LOGIN);
    const own = jar.get('__Host-anteroom_loop_shop') ?? '';
    jar = new Map([
      ['__Host-anteroom_loop_shop', `${time}.lAAAAAA`],
      ['__Host-anteroom_logins_shop', own],
      ['__Host-anteroom_loop_kiosk', own],
    ]);
    expect(guard.count(request(), LOGIN)).toBe(0);
    expect(guard.count(request(), { ...LOGIN, key: 'kiosk' })).toBe(0);
  });
});
