import { chooseManners } from './manners.ts';
import { type Outcome, visit, type Whereabouts, type World } from './visit.ts';

/** What the crowd does at the moment, and how its visits ended so far. */
export interface Tally {
  readonly where: Readonly<Record<Whereabouts, number>>;
  readonly ended: Readonly<Record<Outcome | 'failed', number>>;
}

export interface Crowd {
  tally(): Tally;
  /** Resolves when the signal of the options fired and each visitor noticed it. */
  readonly ended: Promise<void>;
}

export interface CrowdOptions extends World {
  readonly size: number;
  /** Ends the visits where they are: `sleep` rejects when it fires. */
  readonly signal: AbortSignal;
  readonly random?: () => number;
  /** Sees why a visit failed. */
  readonly onFailure?: (error: unknown) => void;
}

/** Seconds within which everybody comes first, and comes back after a visit. */
const FIRST_RUSH = 20;
const PAUSE = 10;
/** Seconds before a visitor whose visit failed tries again. */
const AFTER_FAILURE = 10;

/** So many visitors, each of whom comes again as somebody else after a visit. */
export function startCrowd({ size, signal, random = Math.random, onFailure, ...world }: CrowdOptions): Crowd {
  const where = { away: size, 'in line': 0, inside: 0 };
  const ended = { bought: 0, 'looked around': 0, 'left the line': 0, vanished: 0, 'turned away': 0, failed: 0 };

  /** Rejects when the signal fires. */
  async function live(): Promise<void> {
    for (let within = FIRST_RUSH; ; within = PAUSE) {
      let at: Whereabouts = 'away';
      const moveTo = (next: Whereabouts) => {
        where[at] -= 1;
        where[next] += 1;
        at = next;
      };
      const manners = chooseManners(random, within);
      await world.sleep(manners.comesAfter);
      const outcome = await visit(world, manners, moveTo).catch((error: unknown) => {
        signal.throwIfAborted();
        onFailure?.(error);
        return 'failed' as const;
      });
      moveTo('away');
      ended[outcome] += 1;
      if (outcome === 'failed') await world.sleep(AFTER_FAILURE);
    }
  }

  async function untilAborted(): Promise<void> {
    try {
      await live();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  return {
    tally: () => ({ where: { ...where }, ended: { ...ended } }),
    ended: Promise.all(Array.from({ length: size }, untilAborted)).then(() => undefined),
  };
}
