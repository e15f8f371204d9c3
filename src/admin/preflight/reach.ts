import type { Outbound } from '#outbound/index.ts';
import { CertificateRefused, ConnectionFailed, TargetRefused, TargetTimeout } from '#outbound/index.ts';
import { type Sentence, sentence } from '#waiting-room/sentence.ts';

/** What came of asking an address: it answered, its certificate is not valid, or neither. */
export type Reached =
  | { readonly state: 'reached'; readonly status: number; readonly certificateEnds: number | null }
  | { readonly state: 'untrusted'; readonly code: string }
  | { readonly state: 'unreached'; readonly why: Sentence };

/** In ms. */
const DEADLINE = 5000;

/** For how long an answer counts, in ms, and how many are kept: each look at a room asks many sites. */
const RECENT = 15_000;
const KEPT = 500;

export type Reach = (target: string, path?: string) => Promise<Reached>;

export interface ReachDeps {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
}

/** Asks each address once within some seconds, however many operators look. */
export function createReach({ outbound, now }: ReachDeps): Reach {
  const recent = new Map<string, { readonly at: number; readonly reached: Promise<Reached> }>();
  return (target, path = '') => {
    const key = target + path;
    const known = recent.get(key);
    if (known && Math.abs(now() - known.at) < RECENT) return known.reached;
    const reached = reach(outbound, target, path);
    recent.delete(key);
    recent.set(key, { at: now(), reached });
    const [oldest] = recent.keys();
    if (recent.size > KEPT && oldest !== undefined) recent.delete(oldest);
    return reached;
  };
}

/**
 * Asks a target with GET and follows no redirect. Never rejects.
 * @param path below the target.
 */
export async function reach(outbound: Pick<Outbound, 'send'>, target: string, path = ''): Promise<Reached> {
  try {
    const url = new URL(target + path);
    const answer = await outbound.send(target, { url, signal: AbortSignal.timeout(DEADLINE) });
    answer.discard();
    return { state: 'reached', status: answer.status, certificateEnds: answer.certificateEnds };
  } catch (error) {
    if (error instanceof CertificateRefused) return { state: 'untrusted', code: error.code };
    return { state: 'unreached', why: whyUnreached(error) };
  }
}

/** The part of a sentence that says why a target gave no answer. */
export function whyUnreached(error: unknown): Sentence {
  if (error instanceof TargetTimeout) return sentence('reach.timeout');
  if (error instanceof TargetRefused) return sentence('reach.refused');
  if (error instanceof CertificateRefused) return sentence('reach.certificate', { code: error.code });
  if (error instanceof ConnectionFailed) return sentence('reach.connection', { code: error.code });
  return sentence('reach.failed');
}
