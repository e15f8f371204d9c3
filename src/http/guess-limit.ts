/**
 * Limits guesses of secrets by network, and locks nobody out from elsewhere. A guess is a secret that was not tried before:
 * repeating a wrong one reveals nothing. Its state is in this process, bounded, and contains no secret.
 *
 * - A network that fails with a name has to wait, even with the right secret: otherwise guessing would go on.
 * - A network that fails with many names has to wait with all of them, except those that succeeded there recently.
 * - A name that fails at many networks leaves fewer guesses to each network where it has not succeeded recently.
 */
import { hash, randomBytes } from 'node:crypto';
import { createRateLimit } from '#waiting-room/rate-limit.ts';
import { createRecentKeys } from './recent-keys.ts';

/** How many guesses of a name a network has. They come back evenly, all of them within the window (in ms). */
export const GUESSES = 10;
const WINDOW = 10 * 60_000;
/** Of all names together. */
const GUESSES_OF_NETWORK = 50;
/** How many failures of a name, at all networks, leave {@link FEWER_GUESSES} to each. */
const FAILURES_OF_NAME = 100;
const FEWER_GUESSES = 3;
/** How often the same wrong secret is answered before its sender has to wait. */
export const REPEATS = 10;
/** For how long a success is remembered, in ms. */
const REMEMBERED = 24 * 60 * 60_000;
/** The most pairs of a network and a name, and wrong secrets, that are remembered. */
const CAPACITY = 20_000;

export interface Guess {
  /** The client's network (`networkOf`). */
  readonly network: string;
  /** Tells apart the clients behind a proxy that is not trusted (`createUntrustedForwarding`). */
  readonly forwardedFor: string;
  /** What the secret belongs to. */
  readonly name: string;
  readonly secret: string;
}

/** `unknown`: the name does not exist. `undecided`: the secret could not be compared. */
export type GuessOutcome = 'succeeded' | 'failed' | 'unknown' | 'undecided';

export interface BegunGuess {
  /** How long the client has to wait, in ms. 0: compare the secret, and call `settle` once. */
  readonly wait: number;
  /** How long the client should wait before it sends the same again, in ms. */
  settle(outcome: GuessOutcome): number;
}

export interface GuessLimit {
  begin(guess: Guess): BegunGuess;
  hasSucceeded(client: Omit<Guess, 'secret'>): boolean;
  /** A client that is known to have succeeded, at this process or another. */
  recognize(client: Omit<Guess, 'secret'>): void;
}

export function createGuessLimit({ now }: { readonly now: () => number }): GuessLimit {
  const pairs = createRateLimit({ limit: GUESSES, window: WINDOW, now, capacity: CAPACITY });
  const networks = createRateLimit({ limit: GUESSES_OF_NETWORK, window: WINDOW, now, capacity: CAPACITY });
  const names = createRateLimit({ limit: FAILURES_OF_NAME, window: WINDOW, now });
  const successes = createRecentKeys<true>({ keptFor: REMEMBERED, capacity: CAPACITY, now });
  /** How often each wrong secret came. */
  const wrong = createRecentKeys<{ times: number }>({ keptFor: WINDOW, capacity: CAPACITY, now });
  /** Secrets that are being compared. Requests with the same secret share the comparison. */
  const comparing = new Map<string, { requests: number; giveBack: (() => void) | null }>();
  const secret = randomBytes(32).toString('hex');
  // Nobody sees a digest, so this needs no HMAC, whose object takes four times as long.
  const digest = (...parts: string[]) => hash('sha256', secret + JSON.stringify(parts), 'base64url');

  const pairOf = ({ network, forwardedFor, name }: Omit<Guess, 'secret'>) => digest(network, forwardedFor, name);

  /** Counts a guess before it is compared, so that concurrent guesses are counted too. */
  function reserve(pair: string, { network, name }: Guess): { wait: number; giveBack: () => void } {
    const hasSucceeded = successes.get(pair) !== undefined;
    const burst = !hasSucceeded && names.wait(name) > 0 ? FEWER_GUESSES : GUESSES;
    const wait = Math.max(pairs.wait(pair, burst), hasSucceeded ? 0 : networks.wait(network));
    if (wait > 0) return { wait, giveBack: () => undefined };
    pairs.take(pair, burst);
    // A pair that has succeeded may continue when the network has no guess left.
    const isCounted = networks.take(network) === 0;
    return {
      wait,
      giveBack() {
        pairs.giveBack(pair);
        if (isCounted) networks.giveBack(network);
      },
    };
  }

  return {
    hasSucceeded: (client) => successes.get(pairOf(client)) !== undefined,
    recognize: (client) => successes.set(pairOf(client), true),
    begin(guess) {
      const pair = pairOf(guess);
      const secret = digest(pair, guess.secret);
      const known = wrong.get(secret);
      let current = comparing.get(secret);
      if (!known && !current) {
        const { wait, giveBack } = reserve(pair, guess);
        if (wait > 0) return { wait, settle: () => wait };
        current = { requests: 0, giveBack };
      }
      const shared = current ?? { requests: 0, giveBack: null };
      shared.requests++;
      comparing.set(secret, shared);

      return {
        wait: 0,
        settle(outcome) {
          shared.requests--;
          if (shared.requests === 0) comparing.delete(secret);
          if (outcome === 'succeeded') successes.set(pair, true);
          if (outcome === 'failed' || outcome === 'unknown') {
            shared.giveBack = null;
            const before = wrong.get(secret) ?? { times: 0 };
            if (before.times === 0) {
              wrong.set(secret, before);
              if (outcome === 'failed') names.take(guess.name);
            }
            before.times++;
            return before.times > REPEATS ? WINDOW / GUESSES : 0;
          }
          if (shared.requests === 0) shared.giveBack?.();
          return 0;
        },
      };
    },
  };
}
