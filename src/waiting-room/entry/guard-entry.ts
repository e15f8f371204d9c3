/**
 * Guards the way into a room's line: it decides with the room's snapshot and what this process counted of the
 * newcomer's address (join-limits.ts). It sends the store no command.
 */
import type { Emit } from '../activity.ts';
import { ChallengeRequired, entryRefused, RoomFull } from '../errors.ts';
import { createRateLimit } from '../rate-limit.ts';
import type { RoomId } from '../room.ts';
import type { Snapshot } from '../snapshots.ts';
import { narrowOf } from './address-key.ts';
import { decideEntry } from './decide-entry.ts';
import type { EntryRequest } from './entry-request.ts';
import { challengeOf, limitsOf } from './entry-settings.ts';
import type { JoinLimits } from './join-limits.ts';

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

export interface GuardEntryDeps {
  readonly joinLimits: Pick<JoinLimits, 'take'>;
  readonly now: () => number;
  readonly emit: Emit;
}

/** Throws ChallengeRequired, RoomFull or JoinRefused for a newcomer who gets no number now. */
export type GuardEntry = (snapshot: Snapshot, request: EntryRequest) => void;

export function createGuardEntry({ joinLimits, now, emit }: GuardEntryDeps): GuardEntry {
  const reportsOfAddress = createRateLimit({ limit: 1, window: REPORT_WINDOW, now });
  const reportsOfRoom = createRateLimit({ limit: REPORTS, window: REPORT_WINDOW, now });

  function report(room: RoomId, address: string): void {
    if (reportsOfAddress.take(`${room} ${address}`) > 0 || reportsOfRoom.take(room) > 0) return;
    emit('abuse.suspected', { room, reason: 'joins_per_address', address_hash: narrowOf(address) });
  }

  return ({ settings, view, present }, { address = null, proven: isProven = false, action = 'wait' }) => {
    const { id: room, capacity } = settings;
    const challenge = challengeOf(settings);
    const isFull = capacity != null && present >= capacity;
    const counts = !isFull && !isProven && challenge !== 'off' && action !== 'bypass' && action !== 'refuse';
    const { joins_per_address: rate } = limitsOf(settings);
    const wait = counts && rate !== null && address !== null ? joinLimits.take(room, rate, address) : 0;
    if (wait > 0 && address !== null) report(room, address);
    switch (decideEntry({ action, challenge, isProven, isLimited: wait > 0 || isSuspicious(view), isFull })) {
      case 'challenge':
        throw wait > 0
          ? ChallengeRequired.tooManyJoins(room, Math.ceil(wait / 1000))
          : ChallengeRequired.ofNewcomers(room);
      case 'full':
        throw new RoomFull(room);
      case 'refuse':
        throw entryRefused(room);
      case 'join':
      case 'bypass':
    }
  };
}
