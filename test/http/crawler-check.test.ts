import { describe, expect, test } from 'vitest';
import { createCrawlerCheck, type Lookups } from '#http/crawler-check.ts';

const HOUR = 3_600_000;

function checkWith(
  reverse: (address: string) => Promise<string[]>,
  forward: string[] = ['66.249.66.1', '2001:db8::1'],
) {
  // It stands still, so that a slow machine makes no difference.
  let at = 1_800_000_000_000;
  const time = {
    now: () => at,
    pass(milliseconds: number) {
      at += milliseconds;
    },
  };
  const calls: string[] = [];
  const lookups = {
    reverse(address: string) {
      calls.push(address);
      return reverse(address);
    },
    resolve4: async () => forward,
    resolve6: async () => forward,
  } as unknown as Lookups;
  const is = createCrawlerCheck({ now: time.now, lookups, deadline: 20 });
  return { is, time, calls };
}

const CRAWLER = async () => ['crawl.googlebot.com'];
const failing = (code: string) => async () => {
  throw Object.assign(new Error(code), { code });
};

describe('an address that claims to be a crawler', () => {
  test('is one if its name is of the search engine and leads back to it', async () => {
    const { is } = checkWith(CRAWLER);
    expect(await is('google', '66.249.66.1')).toBe(true);
    expect(await is('google', '2001:db8:0:0::1')).toBe(true);
    expect(await is('google', '66.249.66.2')).toBe(false);
    expect(await is('bing', '66.249.66.1')).toBe(false);
  });

  test.each(['evilgooglebot.com', 'googlebot.com.evil.example', 'googlebot.com'])(
    'is none by the name %s',
    async (name) => {
      const { is } = checkWith(async () => [name]);
      expect(await is('google', '66.249.66.1')).toBe(false);
    },
  );

  test('is looked up once a day, an impostor once an hour, and a failure once a minute', async () => {
    for (const [reverse, age] of [
      [CRAWLER, 24 * HOUR],
      [async () => [], HOUR],
      [failing('ENOTFOUND'), HOUR],
      [failing('ESERVFAIL'), HOUR / 60],
      [() => new Promise<string[]>(() => undefined), HOUR / 60],
    ] as const) {
      const { is, time, calls } = checkWith(reverse);
      const first = await is('google', '66.249.66.1');
      time.pass(age - 1);
      expect(await is('google', '66.249.66.1')).toBe(first);
      expect(calls).toHaveLength(1);
      time.pass(1);
      await is('google', '66.249.66.1');
      expect(calls).toHaveLength(2);
    }
  });

  test('asks the name servers once for requests at the same time, and about few addresses at once', async () => {
    const { is, calls } = checkWith(() => new Promise(() => undefined));
    const asked = Array.from({ length: 200 }, (_, i) => is('google', `203.0.113.${i >> 1}`));
    expect(calls).toHaveLength(32);
    expect(await Promise.all(asked)).not.toContain(true);
  });
});
