/**
 * How often addresses and networks may join a room without a proof. A process counts by itself, so a join costs no store
 * command. Once a second it tells the other processes of the addresses that join often, and hears what they counted.
 */
import { type MemoizedRecent, memoizeRecent } from '../memoize-recent.ts';
import type { SharedCounts } from '../ports/shared-counts.ts';
import { createRateLimit, type RateLimit } from '../rate-limit.ts';
import type { RoomId } from '../room.ts';
import { createSteadyClock } from '../steady-clock.ts';
import { narrowOf, WIDE, wideOf } from './address-key.ts';
import type { Rate } from './entry-settings.ts';

/** Counts are shared within one of these, in ms, and kept for twice as long. */
const SLOT = 60_000;
/** Joins of an address or network in a slot, from which on they are shared: nearly no visitor joins as often. */
const FEWEST = 3;
/**
 * Addresses and networks that a process counts for others in a slot, those that it shares at once, and networks that
 * joined once.
 */
const CAPACITY = 10_000;
const AT_ONCE = 500;

export interface JoinLimits {
  /** The wait until an address may join without a proof, in ms. Counts the join if it may now. */
  take(room: RoomId, rate: Rate, address: string): number;
  /** The most joins of one address without a proof within the current minute or the last, as far as this process knows. */
  busiest(room: RoomId): number;
  /** Exchanges what was counted with the other processes. */
  share(): Promise<void>;
}

/** Of one address or network in a slot. */
interface Counted {
  /** Joins in this process, and how many of them the others know of. */
  mine: number;
  told: number;
  /** Joins in all processes, as far as this one knows. */
  total: number;
}

/** The only join of a network so far: of which address, when (in ms, by the steady clock), and in which slot. */
interface FirstJoin {
  readonly narrow: string;
  readonly at: number;
  readonly slot: number;
}

interface RoomLimits {
  readonly rate: Rate;
  readonly narrow: RateLimit;
  readonly wide: RateLimit;
  /**
   * By network. In a crowd, most networks join once, and one row for each is enough. It counts in the limits when the
   * network joins again.
   */
  readonly firstJoins: MemoizedRecent<FirstJoin | 'counted'>;
  slot: number;
  hasJoins: boolean;
  counted: Map<string, Counted>;
  /** Of those, the ones that joined often enough to be shared. */
  often: Map<string, Counted>;
  /** The most joins of one address in the slot before. */
  mostBefore: number;
}

/** Of one address in the slot; networks begin with a slash. */
function mostOf({ hasJoins, counted }: Pick<RoomLimits, 'hasJoins' | 'counted'>): number {
  let most = hasJoins ? 1 : 0;
  for (const [key, { mine, total }] of counted) if (!key.startsWith('/')) most = Math.max(most, mine, total);
  return most;
}

export interface JoinLimitsDeps {
  readonly sharedCounts: SharedCounts;
  readonly now: () => number;
}

export function createJoinLimits({ sharedCounts, now }: JoinLimitsDeps): JoinLimits {
  const steadyNow = createSteadyClock(now);
  const rooms = new Map<RoomId, RoomLimits>();

  function limitsIn(room: RoomId, rate: Rate): RoomLimits {
    const known = rooms.get(room);
    if (known && known.rate.count === rate.count && known.rate.window === rate.window) return known;
    const { count, window } = rate;
    const made = {
      rate,
      narrow: createRateLimit({ limit: count, window, now: steadyNow }),
      wide: createRateLimit({ limit: WIDE * count, window, now: steadyNow }),
      firstJoins: memoizeRecent<FirstJoin | 'counted'>(() => null, CAPACITY),
      slot: 0,
      hasJoins: false,
      counted: new Map(),
      often: new Map(),
      mostBefore: 0,
    };
    rooms.set(room, made);
    return made;
  }

  function beginSlot(limits: RoomLimits): void {
    const slot = Math.floor(now() / SLOT);
    if (limits.slot === slot) return;
    const mostBefore = limits.slot === slot - 1 ? mostOf(limits) : 0;
    Object.assign(limits, { slot, hasJoins: false, counted: new Map(), often: new Map(), mostBefore });
  }

  function note({ counted, often }: RoomLimits, key: string): void {
    const known = counted.get(key);
    if (known) {
      known.mine += 1;
      if (known.mine === FEWEST) often.set(key, known);
    } else if (counted.size < CAPACITY) counted.set(key, { mine: 1, told: 0, total: 0 });
  }

  /** Whether it is the first join of the network. */
  function isFirst(limits: RoomLimits, narrow: string, wide: string): boolean {
    const first = limits.firstJoins.get(wide);
    if (first === 'counted') return false;
    limits.firstJoins.set(wide, first ? 'counted' : { narrow, at: steadyNow(), slot: limits.slot });
    if (!first) return true;
    limits.narrow.add(first.narrow, 1, first.at);
    limits.wide.add(wide, 1, first.at);
    if (first.slot === limits.slot) {
      note(limits, first.narrow);
      note(limits, wide);
    }
    return false;
  }

  async function shareRoom(room: RoomId, { narrow, wide, slot, often }: RoomLimits): Promise<void> {
    if (often.size === 0) return;
    const shared = [...often].sort(([, a], [, b]) => b.mine - b.told - (a.mine - a.told)).slice(0, AT_ONCE);
    const added = new Map(shared.map(([key, { mine, told }]) => [key, mine - told]));
    const totals = await sharedCounts.add(`joins ${room} ${slot}`, added, 2 * SLOT);
    for (const [key, each] of shared) {
      const [mine, total] = [added.get(key) ?? 0, totals.get(key) ?? 0];
      const others = total - each.total - mine;
      each.told += mine;
      // 0 where the store counts no more addresses.
      if (total === 0) continue;
      each.total = total;
      if (others > 0) (key.startsWith('/') ? wide : narrow).add(key, others);
    }
  }

  return {
    take(room, rate, address) {
      const limits = limitsIn(room, rate);
      const [narrow, wide] = [narrowOf(address), `/${wideOf(address)}`];
      beginSlot(limits);
      if (isFirst(limits, narrow, wide)) {
        limits.hasJoins = true;
        return 0;
      }
      const wait = limits.narrow.take(narrow) || limits.wide.take(wide);
      if (wait > 0) return wait;
      note(limits, narrow);
      note(limits, wide);
      return 0;
    },
    busiest(room) {
      const limits = rooms.get(room);
      if (!limits) return 0;
      const age = Math.floor(now() / SLOT) - limits.slot;
      if (age === 0) return Math.max(mostOf(limits), limits.mostBefore);
      return age === 1 ? mostOf(limits) : 0;
    },
    async share() {
      const slot = Math.floor(now() / SLOT);
      const current = [...rooms].filter(([, limits]) => limits.slot === slot);
      await Promise.all(current.map(([room, limits]) => shareRoom(room, limits)));
    },
  };
}
