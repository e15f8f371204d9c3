import { describe, expect, test } from 'vitest';
import { createGuessLimit, GUESSES, type Guess, type GuessOutcome, REPEATS } from '#http/guess-limit.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ATTACKER = { network: '203.0.113.9', name: 'shop' };
const SHOP = { network: '198.51.100.1', name: 'shop', secret: 'right' };

function limited() {
  let at = 1_800_000_000_000;
  let guesses = 0;
  const limit = createGuessLimit({ now: () => at });
  /** The wait before a guess, or after it, in ms. */
  const guess = (given: Partial<Guess> = {}, outcome: GuessOutcome = 'failed'): number => {
    const { wait, settle } = limit.begin({ ...ATTACKER, forwardedFor: '', secret: `${++guesses}`, ...given });
    return wait > 0 ? wait : settle(outcome);
  };
  return {
    begin: limit.begin,
    guess,
    succeed: (given: Partial<Guess> = {}) => guess({ ...SHOP, ...given }, 'succeeded'),
    /** How many of `count` different guesses were compared. */
    compared: (count: number, given: (n: number) => Partial<Guess> = () => ({})) =>
      Array.from({ length: count }, (_, n) => guess(given(n))).filter((wait) => wait === 0).length,
    pass: (ms: number) => {
      at += ms;
    },
  };
}

describe('guesses of one name from one network', () => {
  test('are compared ten times, and then once a minute', () => {
    const { compared, guess, pass } = limited();
    expect(compared(1000)).toBe(GUESSES);
    expect(guess()).toBe(MINUTE);
    let later = 0;
    for (let minute = 0; minute < 60; minute++) {
      pass(MINUTE);
      later += compared(100);
    }
    expect(later).toBe(60);
  });

  test('make a client wait for no longer after the clock jumped back', () => {
    const { succeed, guess, pass, compared } = limited();
    expect(succeed()).toBe(0);
    compared(GUESSES);
    pass(-HOUR);
    expect(succeed()).toBe(0);
    expect(guess()).toBe(MINUTE);
    pass(MINUTE);
    expect(guess()).toBe(0);
  });

  test('are refused even if they are right, like all others', () => {
    const { compared, guess } = limited();
    compared(GUESSES);
    expect(guess({ secret: 'right' }, 'succeeded')).toBeGreaterThan(0);
  });

  test('are no more if they are sent at the same moment', () => {
    const { begin } = limited();
    const begun = Array.from({ length: 1000 }, (_, n) => begin({ ...ATTACKER, forwardedFor: '', secret: `${n}` }));
    expect(begun.filter(({ wait }) => wait === 0)).toHaveLength(GUESSES);
  });

  test('start afresh after ten quiet minutes', () => {
    const { compared, pass } = limited();
    compared(100);
    pass(10 * MINUTE);
    expect(compared(100)).toBe(GUESSES);
  });
});

describe('a client with the right secret', () => {
  test('may send any number of requests, also at the same moment', () => {
    const { begin } = limited();
    const begun = Array.from({ length: 500 }, () => begin({ ...SHOP, forwardedFor: '' }));
    for (const { wait, settle } of begun) expect([wait, settle('succeeded')]).toEqual([0, 0]);
    expect(begin({ ...SHOP, forwardedFor: '' }).wait).toBe(0);
  });

  test('cannot be locked out from another network, however many guesses come from however many', () => {
    const { compared, succeed } = limited();
    compared(50_000, (n) => ({ network: `192.0.${n % 200}.${n % 250}` }));
    expect([succeed(), succeed({ network: '198.51.100.77' })]).toEqual([0, 0]);
  });

  test('is not locked out by other names at its network, once it succeeded there', () => {
    const { compared, succeed, pass } = limited();
    succeed();
    compared(500, (n) => ({ network: SHOP.network, name: `other-${n}` }));
    expect(succeed()).toBe(0);
    expect(succeed({ name: 'late' })).toBeGreaterThan(0);
    pass(HOUR);
    expect(succeed({ name: 'late' })).toBe(0);
  });

  test('is distinguished from an attacker behind the same proxy, where the proxy is not trusted but names its clients', () => {
    const { compared, succeed } = limited();
    succeed({ forwardedFor: '198.51.100.1' });
    compared(500, () => ({ network: SHOP.network, forwardedFor: '203.0.113.9' }));
    expect(succeed({ forwardedFor: '198.51.100.1' })).toBe(0);
  });

  test('does not wait because the store was unavailable', () => {
    const { guess, succeed } = limited();
    for (let n = 0; n < 100; n++) expect(guess({ ...SHOP, secret: `${n}` }, 'undecided')).toBe(0);
    expect(succeed()).toBe(0);
  });
});

describe('the same wrong secret again', () => {
  test('is one guess, however often it comes, and is asked to wait after ten times', () => {
    const { guess, compared } = limited();
    const waits = Array.from({ length: 100 }, () => guess({ secret: 'of last year' }));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(REPEATS);
    expect(compared(100)).toBe(GUESSES - 1);
  });

  test('is compared each time, so that it works as soon as it is right', () => {
    const { guess } = limited();
    for (let n = 0; n < 100; n++) guess({ secret: 'of next year' });
    expect(guess({ secret: 'of next year' }, 'succeeded')).toBe(0);
  });
});

describe('an attacker', () => {
  test.each<[string, (n: number) => Partial<Guess>]>([
    ['that varies the name', (n) => ({ name: `client-${n}` })],
    ['that varies X-Forwarded-For', (n) => ({ forwardedFor: `${n}` })],
  ])('%s gets at most fifty guesses, and five a minute', (_what, given) => {
    const { compared, pass } = limited();
    expect(compared(5000, given)).toBe(50);
    pass(MINUTE);
    expect(compared(5000, (n) => given(n + 5000))).toBe(5);
  });

  test('gets no guess back for a secret of their own', () => {
    const { guess } = limited();
    const waits = Array.from({ length: 100 }, () => {
      guess({ secret: 'my own' }, 'succeeded');
      return guess();
    });
    expect(waits.filter((wait) => wait === 0)).toHaveLength(GUESSES);
  });

  test('at many networks gets three guesses at each instead of ten, once the name has failed a hundred times', () => {
    const { compared, pass } = limited();
    for (let n = 0; n < 10; n++) expect(compared(20, () => ({ network: `192.0.2.${n}` }))).toBe(GUESSES);
    expect(compared(20, () => ({ network: '192.0.2.100' }))).toBe(3);
    expect(compared(20, () => ({ network: '192.0.2.101', name: 'kiosk' }))).toBe(GUESSES);
    pass(HOUR);
    expect(compared(20, () => ({ network: '192.0.2.102' }))).toBe(GUESSES);
  });

  test('with invented names slows down nobody else', () => {
    const { guess, compared } = limited();
    for (let n = 0; n < 500; n++) guess({ network: `192.0.2.${n % 250}`, name: 'invented' }, 'unknown');
    expect(compared(20, () => ({ network: '203.0.113.77', name: 'invented' }))).toBe(GUESSES);
  });
});
