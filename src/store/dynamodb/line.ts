/**
 * The line over DynamoDB: numbers are reserved before they are answered, and admissions are in the ledger before their
 * claim is. Where that fails, the line below goes back to where it was, and the call is rejected.
 */
import { RoomNotFound, StoreUnavailable } from '#waiting-room/errors.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { LineView } from '#waiting-room/line/counters.ts';
import type { Joined } from '#waiting-room/line/joins.ts';
import type { Claim, Place } from '#waiting-room/line/place.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { createEnteredAdmissions } from './entered.ts';
import type { Ledger } from './ledger.ts';
import { createLedgerUpdates } from './ledger-updates.ts';
import { mostReserved, type Reservations } from './reservations.ts';

export interface LineDeps {
  readonly below: LineStore;
  readonly ledger: Ledger;
  readonly reservations: Reservations;
  /** Called with failures that no caller waits for. */
  readonly onError: (error: unknown) => void;
}

/** How much longer an admission is before the ledger has to know, in ms. */
const LONGER = 5000;
/** Requests that a restoration of turns makes at once. */
const AT_ONCE = 25;

export interface LedgeredLine {
  readonly line: LineStore;
  /** Resolves when the ledger has what it was told of in the background. */
  settled(): Promise<void>;
}

export function createLine({ below, ledger, reservations, onError }: LineDeps): LedgeredLine {
  const entered = createEnteredAdmissions();
  const updates = createLedgerUpdates(onError);
  /** Numbers that were issued before the open draw, by room. */
  const drawnFrom = new Map<RoomId, number>();

  const lineOf = (room: RoomId, incarnation: string, { generation }: Admission) => ({ room, incarnation, generation });

  /** False where the number was used up before. */
  async function enter(room: RoomId, incarnation: string, admission: Admission): Promise<boolean> {
    const isNew = await ledger.enter(lineOf(room, incarnation, admission), admission);
    if (isNew) entered.keep(room, { incarnation, admission });
    return isNew;
  }

  function isEntered(room: RoomId, incarnation: string, { visitor, number, generation, ...of }: Admission): boolean {
    const known = entered.find(room, visitor);
    if (known?.incarnation !== incarnation || known.admission.generation !== generation) return false;
    const { admission } = known;
    const isConfirmed = admission.confirmBy === undefined || of.confirmBy !== undefined;
    return admission.number === number && isConfirmed && of.expiresAt < admission.expiresAt + LONGER;
  }

  /** Tells the ledger what changed of an admission that was answered before. */
  function update(room: RoomId, admission: Admission | null, now: number): void {
    if (!admission) return;
    const known = entered.find(room, admission.visitor);
    if (known && isEntered(room, known.incarnation, admission)) return;
    updates.add(async () => {
      // Another process entered it.
      const isKnown = known?.admission.generation === admission.generation;
      const incarnation = isKnown ? known.incarnation : (await below.view(room, now)).incarnation;
      return enter(room, incarnation, admission);
    });
  }

  async function claim(room: RoomId, claimed: Claim, now: number): Promise<Place> {
    const place = await below.claim(room, claimed, now);
    const { incarnation = '' } = claimed;
    if (place.state !== 'admitted' || isEntered(room, incarnation, place.admission)) return place;
    const { number, visitor, generation } = place.admission;
    const undo = (again: boolean) =>
      below.undoClaim(room, { incarnation, generation, number, visitor, again }, now).catch(onError);
    try {
      if (await enter(room, incarnation, place.admission)) return place;
    } catch (error) {
      if (place.first) await undo(true);
      throw error;
    }
    await undo(false);
    return { state: 'over' };
  }

  function highestOf(room: RoomId, { number, entry }: Joined): number {
    return entry ? (drawnFrom.get(room) ?? 0) + entry.index + 1 : number;
  }

  /** What a join issued is not answered: its numbers count as left, and its places are free. */
  async function discard(room: RoomId, joined: readonly Joined[], now: number): Promise<void> {
    const [first, last] = [joined[0], joined.at(-1)];
    if (!first || !last) return;
    const visitors = joined.flatMap(({ admission }) => (admission ? [admission.visitor] : []));
    const { incarnation, generation } = first;
    const [from, to] = first.entry ? [first.entry.index, last.entry?.index ?? 0] : [first.number, last.number];
    await below.discard(room, { incarnation, generation, draw: first.entry?.draw ?? 0, from, to, visitors }, now);
    for (const { admission } of joined) {
      if (admission)
        updates.add(() => ledger.remove(lineOf(room, incarnation, admission), admission.number, admission.visitor));
    }
  }

  async function enterJoined(room: RoomId, joined: readonly Joined[]): Promise<void> {
    const last = joined.at(-1);
    if (!last) return;
    const { incarnation, generation } = last;
    // All have an outcome before what failed is discarded: an entry that is still on its way would stay.
    const outcomes = await Promise.allSettled([
      reservations.cover({ room, incarnation, generation }, highestOf(room, last)).then(() => true),
      ...joined.flatMap(({ admission }) => (admission ? [enter(room, incarnation, admission)] : [])),
    ]);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    if (outcomes.some((outcome) => outcome.status === 'fulfilled' && !outcome.value))
      throw new StoreUnavailable(new Error('the line issued a number again'));
  }

  async function renewReservation(room: RoomId, now: number): Promise<void> {
    const { incarnation, generation, counters, draws, joinPeak } = await below.view(room, now);
    const next = draws.at(-1);
    const issued = counters.queue + (next?.drawnAt === null ? next.arrivals : 0);
    await reservations.renew({ room, incarnation, generation }, issued + mostReserved(joinPeak));
  }

  const learn = (room: RoomId, { counters }: LineView) => void drawnFrom.set(room, counters.queue);

  const line: LineStore = {
    ...below,
    claim,
    async undoClaim(room, undone, now) {
      await below.undoClaim(room, undone, now);
      const { incarnation = '', generation, number, visitor, again } = undone;
      entered.drop(room, visitor);
      if (again) await ledger.remove({ room, incarnation, generation }, number, visitor);
    },
    async join(room, entrants, now) {
      await reservations.prepare(room, entrants.length);
      const joined = await below.join(room, entrants, now);
      if (!joined) return joined;
      try {
        await enterJoined(room, joined);
      } catch (error) {
        await discard(room, joined, now).catch(onError);
        throw error;
      }
      return joined;
    },
    async confirm(room, visitor, now) {
      const admission = await below.confirm(room, visitor, now);
      update(room, admission, now);
      return admission;
    },
    async renew(room, visitor, now) {
      const admission = await below.renew(room, visitor, now);
      update(room, admission, now);
      return admission;
    },
    async reportExits(room, exits, now) {
      const named = [...exits.completed, ...exits.abandoned];
      const unknown = named.filter((visitor) => !entered.find(room, visitor));
      const found = await findAdmissions(room, unknown, now);
      const result = await below.reportExits(room, exits, now);
      const completed = new Set(exits.completed);
      for (const visitor of result.ended) {
        const ended = entered.find(room, visitor) ?? found.get(visitor);
        entered.drop(room, visitor);
        if (!ended) continue;
        const { incarnation, admission } = ended;
        const status = completed.has(visitor) ? 'completed' : 'abandoned';
        updates.add(() => ledger.end(lineOf(room, incarnation, admission), admission.number, visitor, status));
      }
      return result;
    },
    async leave(room, holder, now) {
      const { visitor } = holder;
      const found = entered.find(room, visitor);
      const before = found && (await below.admission(room, visitor, now));
      // The one that is known may be of a line that was reset, and may come back with it.
      const isFound = before?.number === found?.admission.number && before?.generation === found?.admission.generation;
      const known = found && isFound ? found : (await findAdmissions(room, [visitor], now)).get(visitor);
      await below.leave(room, holder, now);
      if (!known || (await below.admission(room, visitor, now))) return;
      const { incarnation, admission } = known;
      entered.drop(room, visitor);
      updates.add(() => ledger.end(lineOf(room, incarnation, admission), admission.number, visitor, 'abandoned'));
    },
    async undoReset(room, of, now) {
      const undone = await below.undoReset(room, of, now);
      if (undone.outcome === 'undone' && !of.isPreview) await renewReservation(room, now).catch(onError);
      return undone;
    },
    async restoreTurns(room, { numbers, ...of }, now) {
      const open: number[] = [];
      const { incarnation = '', generation } = of;
      for (let at = 0; at < numbers.length; at += AT_ONCE) {
        const some = numbers.slice(at, at + AT_ONCE);
        const visitors = await Promise.all(
          some.map((number) => ledger.reopen({ room, incarnation, generation }, number, now)),
        );
        for (const [i, visitor] of visitors.entries()) {
          if (visitor) entered.drop(room, visitor);
          if (visitor !== false) open.push(some[i] as number);
        }
      }
      return below.restoreTurns(room, { ...of, numbers: open }, now);
    },
    async view(room, now) {
      const view = await below.view(room, now);
      learn(room, view);
      return view;
    },
    async viewForMemory(room, known, now) {
      const seen = await below.viewForMemory(room, known, now);
      learn(room, seen.view);
      return seen;
    },
  };

  /** The numbers of visitors whom another process admitted. */
  async function findAdmissions(room: RoomId, visitors: readonly string[], now: number) {
    if (visitors.length === 0) return new Map();
    const { incarnation } = await below.view(room, now).catch(orNone);
    const found = await Promise.all(visitors.map((visitor) => below.admission(room, visitor, now).catch(orNull)));
    return new Map(found.flatMap((admission) => (admission ? [[admission.visitor, { incarnation, admission }]] : [])));
  }

  return { line, settled: updates.settled };
}

function orNull(error: unknown): null {
  if (error instanceof RoomNotFound) return null;
  throw error;
}

function orNone(error: unknown): { incarnation: string } {
  if (error instanceof RoomNotFound) return { incarnation: '' };
  throw error;
}
