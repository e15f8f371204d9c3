/** The browsers that use an admission, as the doors see them, and what is reported of copies. */
import type { Emit } from './activity.ts';
import type { InAnyLane } from './any-lane.ts';
import { narrowOf } from './entry/address-key.ts';
import { limitsOf } from './entry/entry-settings.ts';
import { RoomNotFound } from './errors.ts';
import type { AdmissionUse } from './line/admissions.ts';
import type { Used } from './line/sessions.ts';
import type { LineStore } from './ports/line.ts';
import { createRateLimit } from './rate-limit.ts';
import type { RoomId } from './room.ts';
import type { Snapshots } from './snapshots.ts';

/** How often `abuse.suspected` is emitted for the copies of a visitor, in ms. */
const REPORT_WINDOW = 10 * 60_000;
/** Reports of a room in that time. */
const REPORTS = 20;

export interface BrowserUse extends Omit<AdmissionUse, 'limit'> {
  /** Of the sender of the request, as in `EntryRequest`. */
  readonly address?: string | null | undefined;
}

/**
 * Decides whether a browser may use the live admission of its visitor; null where there is none. What it is given has
 * the serial that is answered.
 */
export type UseAdmission = (room: RoomId, use: BrowserUse) => Promise<Used | null>;

export interface AdmissionUsesDeps {
  readonly line: Pick<LineStore, 'useAdmission'>;
  readonly snapshots: Pick<Snapshots, 'get' | 'expire'>;
  readonly inAnyLane: InAnyLane;
  readonly now: () => number;
  readonly emit: Emit;
}

export function createUseAdmission(deps: AdmissionUsesDeps): UseAdmission {
  const { line, snapshots, inAnyLane, now, emit } = deps;
  const reportsOfVisitor = createRateLimit({ limit: 1, window: REPORT_WINDOW, now });
  const reportsOfRoom = createRateLimit({ limit: REPORTS, window: REPORT_WINDOW, now });

  function report(room: RoomId, sub: string, address: string | null): void {
    if (reportsOfVisitor.take(`${room} ${sub}`) > 0 || reportsOfRoom.take(room) > 0) return;
    emit('abuse.suspected', { room, reason: 'copied_admission', sub, address_hash: narrowOf(address ?? '') });
  }

  return async (room, { address = null, ...use }) => {
    try {
      const limit = limitsOf((await snapshots.get(room)).settings).sessions_per_admission;
      const there = await inAnyLane(room, (id) => line.useAdmission(id, { ...use, limit }, now()));
      const used = there?.found ?? null;
      if (used?.outcome === 'forked' || used?.outcome === 'copied') report(room, use.visitor, address);
      // Other processes hear of it within a second.
      if (used?.outcome === 'taken over') snapshots.expire(room);
      return used;
    } catch (error) {
      if (error instanceof RoomNotFound) return null;
      throw error;
    }
  };
}
