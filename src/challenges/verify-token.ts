/**
 * Asks a provider whether a token is valid. Anybody may send tokens, so requests to a provider have a deadline and a cap,
 * and after some failures in a row nobody is asked for a while.
 */
import { type Outbound, TargetError } from '#outbound/index.ts';
import type { ProviderChallenge, ProviderName } from '#waiting-room/entry/entry-settings.ts';
import { createSteadyClock } from '#waiting-room/steady-clock.ts';
import { providers } from './providers/index.ts';

/** In ms. */
const DEADLINE = 3_000;
/** Requests under way to one provider. */
export const MOST_AT_ONCE = 50;
/** Failures in a row after which the provider counts as away, and for how long, in ms. */
export const FAILURES = 5;
export const REST = 30_000;
/** Characters. The longest tokens of vendors have some 2,000. */
const LONGEST = 4096;
/** Bytes of an answer. */
const LONGEST_ANSWER = 16 * 1024;

/** `away`: the provider could not say. */
export type Verdict = 'valid' | 'invalid' | 'away';

export interface TokenVerifier {
  verify(challenge: ProviderChallenge, token: string): Promise<Verdict>;
  /** Whether the provider counts as away at the moment. */
  isAway(name: ProviderName): boolean;
}

export interface TokenVerifierDeps {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
  /** Called once for each time that a provider goes away, with why. */
  readonly onAway: (provider: ProviderName, why: string) => void;
  /** Where to verify tokens instead of at the vendor's. */
  readonly verifyUrls?: { readonly [name in ProviderName]?: string } | undefined;
}

interface State {
  underWay: number;
  failures: number;
  awayUntil: number;
}

export function createTokenVerifier({ outbound, onAway, verifyUrls = {}, ...deps }: TokenVerifierDeps): TokenVerifier {
  const now = createSteadyClock(deps.now);
  const states = new Map<ProviderName, State>();

  function stateOf(name: ProviderName): State {
    const known = states.get(name) ?? { underWay: 0, failures: 0, awayUntil: 0 };
    states.set(name, known);
    return known;
  }

  function failed(name: ProviderName, why: string): Verdict {
    const state = stateOf(name);
    state.failures += 1;
    if (state.failures < FAILURES) return 'away';
    if (state.failures === FAILURES) onAway(name, why);
    state.awayUntil = now() + REST;
    return 'away';
  }

  async function ask({ provider: name, secret = '', site_key: siteKey }: ProviderChallenge, token: string) {
    const provider = providers[name];
    const url = verifyUrls[name] ?? provider.verifyUrl;
    const request = provider.verification({ secret, siteKey, token });
    const answer = await outbound.send(url, { method: 'POST', ...request, signal: AbortSignal.timeout(DEADLINE) });
    const text = await answer.text(LONGEST_ANSWER);
    if (answer.status >= 500 || answer.status === 429) throw new TargetError(`the answer was ${answer.status}`);
    const { success, codes } = read(text);
    const fault = codes.find((code) => provider.setupFaults.includes(code));
    if (fault) throw new TargetError(`the answer was ${fault}`);
    return success ? 'valid' : 'invalid';
  }

  return {
    isAway: (name) => stateOf(name).awayUntil > now(),
    async verify(challenge, token) {
      const { provider: name } = challenge;
      const state = stateOf(name);
      if (state.awayUntil > now() || state.underWay >= MOST_AT_ONCE) return 'away';
      if (token === '' || token.length > LONGEST) return 'invalid';
      state.underWay += 1;
      try {
        const verdict = await ask(challenge, token);
        state.failures = 0;
        return verdict;
      } catch (error) {
        return failed(name, error instanceof Error ? error.message : 'unknown');
      } finally {
        state.underWay -= 1;
      }
    },
  };
}

/** The two forms of answers: `error-codes`, and Friendly Captcha's `error`. Throws where it is none. */
function read(text: string): { readonly success: boolean; readonly codes: readonly string[] } {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new TargetError('the answer was no JSON');
  }
  const member = (of: unknown, name: string): unknown =>
    typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
  const codes = member(answer, 'error-codes');
  const code = member(member(answer, 'error'), 'error_code');
  const success = member(answer, 'success');
  if (typeof success !== 'boolean') throw new TargetError('the answer has no success');
  return { success, codes: Array.isArray(codes) ? codes.map(String) : code === undefined ? [] : [String(code)] };
}
