/**
 * The guard against redirect loops. A browser that two sites redirect back and forth gives up after about twenty
 * redirects and shows an error of its own. The guard counts how often a step repeated within the last minute and says
 * when to slow down and when to stop and explain. The times are in a sealed cookie, so the store holds nothing for it.
 * A browser without cookies cannot be counted and needs a mark in the URL.
 */
import type { Context } from 'koa';
import type { Seal } from '#waiting-room/seal.ts';
import { isOfBrowser } from './navigation.ts';
import { createSealedCookie } from './sealed-cookie.ts';

const MINUTE = 60_000;
/** A cookie holds at most this many times; older ones are dropped. */
const CAPACITY = 24;
/** Characters of the stamp that stand for a place. */
const TAG_LENGTH = 6;

/**
 * How often a step may repeat within a minute before the guard slows it or stops it. Programs that set no fetch
 * metadata follow any number of redirects and need no slowing.
 */
const LIMITS = {
  /**
   * A login that passes at once because the visitor is admitted: the relying party loses its session each time.
   * A login takes three or four redirects. Tabs opened together start few of their logins one after the other.
   */
  login: { code: 'l', slow: 4, stop: 10, stopPrograms: 10 },
  /** A restart of a login that the relying party has forgotten. */
  restart: { code: 's', slow: null, stop: 2, stopPrograms: 2 },
  /** A return to a page of a site that sends the visitor back here. A round through a gate takes three redirects. */
  return: { code: 'r', slow: null, stop: 3, stopPrograms: 10 },
} as const;

export type LoopStep = keyof typeof LIMITS;

/** A step that may repeat. */
export interface Loop {
  readonly step: LoopStep;
  /** The room or client id whose cookie holds the times: `anteroom_loop_{key}`. */
  readonly key: string;
  /** Where it repeats: loops at different places are counted apart. */
  readonly place?: string | undefined;
}

export type LoopVerdict = 'pass' | 'slow' | 'stop';

/** What to do with a step that repeated `count` times within the last minute. */
export function loopVerdict(step: LoopStep, count: number, isBrowser: boolean): LoopVerdict {
  const { slow, stop, stopPrograms } = LIMITS[step];
  if (count >= (isBrowser ? stop : stopPrograms)) return 'stop';
  return isBrowser && slow !== null && count >= slow ? 'slow' : 'pass';
}

/** Whether a step was repeated after the guard stopped it: only the button of the explaining page leads there. */
export function isPastStop(step: LoopStep, count: number): boolean {
  return count > LIMITS[step].stop;
}

export interface LoopGuard {
  /** How often the step was recorded within the last minute. */
  count(ctx: Context, loop: Loop): number;
  verdict(ctx: Context, loop: Loop): LoopVerdict;
  record(ctx: Context, loop: Loop): void;
  /** Forgets earlier times of the step and records this one. */
  recordFirst(ctx: Context, loop: Loop): void;
  /** Forgets all times of the step if there are any at this place. */
  clear(ctx: Context, loop: Loop): void;
}

export function createLoopGuard(
  seal: Pick<Seal, 'seal' | 'open' | 'stamp'>,
  secure: boolean,
  now: () => number,
): LoopGuard {
  const cookie = createSealedCookie(seal, secure, 'loop');

  const prefixOf = ({ step }: Loop) => `.${LIMITS[step].code}`;
  const suffixOf = (loop: Loop) => prefixOf(loop) + seal.stamp(`${loop.step} ${loop.place ?? ''}`).slice(0, TAG_LENGTH);

  /** Entries of the last minute: each a time in ms, a dot, the step's letter and the place's tag. */
  function read(ctx: Context, key: string): string[] {
    const entries = cookie.read(ctx.req.headers.cookie, key)?.split(',') ?? [];
    return entries.filter((entry) => now() - Number.parseInt(entry, 10) < MINUTE);
  }

  function write(ctx: Context, key: string, entries: readonly string[]): void {
    const kept = entries.slice(-CAPACITY).join(',');
    ctx.append('Set-Cookie', kept === '' ? cookie.forget(key) : cookie.write(key, kept, MINUTE / 1000));
  }

  function countOf(entries: readonly string[], loop: Loop): number {
    if (entries.length === 0) return 0;
    const suffix = suffixOf(loop);
    return entries.filter((entry) => entry.endsWith(suffix)).length;
  }

  const others = (entries: readonly string[], loop: Loop) => entries.filter((entry) => !entry.includes(prefixOf(loop)));
  const entryOf = (loop: Loop) => `${now()}${suffixOf(loop)}`;
  const count = (ctx: Context, loop: Loop) => countOf(read(ctx, loop.key), loop);

  return {
    count,
    verdict: (ctx, loop) => loopVerdict(loop.step, count(ctx, loop), isOfBrowser(ctx)),
    record: (ctx, loop) => write(ctx, loop.key, [...read(ctx, loop.key), entryOf(loop)]),
    recordFirst: (ctx, loop) => write(ctx, loop.key, [...others(read(ctx, loop.key), loop), entryOf(loop)]),
    clear(ctx, loop) {
      const entries = read(ctx, loop.key);
      if (countOf(entries, loop) > 0) write(ctx, loop.key, others(entries, loop));
    },
  };
}
