/**
 * Guards the way into a room's line: it decides with the room's snapshot and what this process counted of the
 * newcomer's address. It sends the store no command, so a process counts by itself.
 */
import type { Emit } from '../activity.ts';
import { ChallengeRequired, entryRefused, RoomFull } from '../errors.ts';
import { createRateLimit, type RateLimit } from '../rate-limit.ts';
import type { RoomId } from '../room.ts';
import type { Snapshot } from '../snapshots.ts';
import { narrowOf, WIDE, wideOf } from './address-key.ts';
import { decideEntry } from './decide-entry.ts';
import type { EntryRequest } from './entry-request.ts';
import { challengeOf, limitsOf, type Rate } from './entry-settings.ts';

/** How often `abuse.suspected` is emitted for an address, in ms. */
const REPORT_WINDOW = 10 * 60_000;
/** Reports of a room in that time: an attacker with many addresses must not fill the webhook. */
const REPORTS = 20;

/** From this share on of admissions that nobody confirmed, newcomers prove themselves before they get a free place. */
const MANY_LAPSED = 0.5;

/** Whether a newcomer would find a free place in a room where many took one and did not use it. */
function isSuspicious({ counters, lapsedShare }: Snapshot['view']): boolean {
  return lapsedShare >= MANY_LAPSED && counters.serving > counters.queue;
}

interface RoomLimits {
  readonly rate: Rate;
  readonly narrow: RateLimit;
  readonly wide: RateLimit;
}

export interface GuardEntryDeps {
  readonly now: () => number;
  readonly emit: Emit;
}

/** Throws ChallengeRequired, RoomFull or JoinRefused for a newcomer who gets no number now. */
export type GuardEntry = (snapshot: Snapshot, request: EntryRequest) => void;

export function createGuardEntry({ now, emit }: GuardEntryDeps): GuardEntry {
  const rooms = new Map<RoomId, RoomLimits>();
  const reportsOfAddress = createRateLimit({ limit: 1, window: REPORT_WINDOW, now });
  const reportsOfRoom = createRateLimit({ limit: REPORTS, window: REPORT_WINDOW, now });

  function limitsIn(room: RoomId, rate: Rate): RoomLimits {
    const known = rooms.get(room);
    if (known && known.rate.count === rate.count && known.rate.window === rate.window) return known;
    const { count, window } = rate;
    const made = {
      rate,
      narrow: createRateLimit({ limit: count, window, now }),
      wide: createRateLimit({ limit: WIDE * count, window, now }),
    };
    rooms.set(room, made);
    return made;
  }

  function report(room: RoomId, address: string): void {
    if (reportsOfAddress.take(`${room} ${address}`) > 0 || reportsOfRoom.take(room) > 0) return;
    emit('abuse.suspected', { room, reason: 'joins_per_address', address_hash: narrowOf(address) });
  }

  /** The wait until the address may join without a proof, in ms. Counts the join if it may now. */
  function takeJoin(room: RoomId, rate: Rate | null, address: string | null): number {
    if (rate === null || address === null) return 0;
    const { narrow, wide } = limitsIn(room, rate);
    return narrow.take(narrowOf(address)) || wide.take(wideOf(address));
  }

  return ({ settings, view }, { address = null, proven: isProven = false, action = 'wait' }) => {
    const { id: room, capacity } = settings;
    const challenge = challengeOf(settings);
    const isFull = capacity != null && view.counters.present >= capacity;
    const counts = !isFull && !isProven && challenge !== 'off' && action !== 'bypass' && action !== 'refuse';
    const wait = counts ? takeJoin(room, limitsOf(settings).joins_per_address, address) : 0;
    if (wait > 0 && address !== null) report(room, address);
    switch (decideEntry({ action, challenge, isProven, isLimited: wait > 0 || isSuspicious(view), isFull })) {
      case 'challenge':
        throw new ChallengeRequired(room, Math.max(1, Math.ceil(wait / 1000)));
      case 'full':
        throw new RoomFull(room);
      case 'refuse':
        throw entryRefused(room);
      case 'join':
      case 'bypass':
    }
  };
}
