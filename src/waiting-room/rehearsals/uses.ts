/**
 * The browsers that use the admission of a rehearsal. No line has a row for it, so counters that the processes share say
 * which serials have come before, and how many copies are inside.
 */
import type { BrowserUse } from '../admission-uses.ts';
import type { Admission } from '../line/admission.ts';
import type { Used } from '../line/sessions.ts';
import type { SharedCounts } from '../ports/shared-counts.ts';
import type { RoomId } from '../room.ts';

/** Serials of one rehearsal. Nobody needs as many in an hour. */
const MOST_SERIALS = 500;

/** Decides a use as `useSerial` does, for `limit` browsers. Nothing moves to another browser. */
export type UseRehearsal = (room: RoomId, admission: Admission, use: BrowserUse, limit: number) => Promise<Used>;

export interface RehearsalUsesDeps {
  readonly sharedCounts: SharedCounts;
  readonly now: () => number;
}

export function createRehearsalUses({ sharedCounts, now }: RehearsalUsesDeps): UseRehearsal {
  return async (room, { visitor, expiresAt }, { serial, attempt }, limit) => {
    async function count(name: string): Promise<number> {
      const ttl = Math.max(1, expiresAt - now());
      const counts = await sharedCounts.add(`rehearsal ${room} ${visitor}`, new Map([[name, 1]]), ttl);
      return counts.get(name) ?? 0;
    }

    async function issue(outcome: 'opened' | 'forked'): Promise<Used> {
      const issued = await count('serials');
      return issued === 0 || issued > MOST_SERIALS ? { outcome: 'busy', serial: 0 } : { outcome, serial: issued };
    }

    if ((await count(`with ${serial}`)) === 1) return issue('opened');
    // Perhaps another tab has the next serial.
    if (attempt < 2) return { outcome: 'pending', serial: 0 };
    return (await count('copies')) < limit ? issue('forked') : { outcome: 'copied', serial: 0 };
  };
}
