/**
 * Joins, each with a name: its process, and which of its joins it is. A join that Redis does not answer in time is given
 * up. It may still issue numbers and take places, and no visitor learns of them. So its process asks what became of it and
 * discards that, again and again until Redis answers, and before it joins anybody else to the room.
 */
import { randomBytes } from 'node:crypto';
import { RoomNotFound, StoreUnavailable } from '#waiting-room/errors.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import type { StoreLog } from './client.ts';
import { inTime } from './deadline.ts';
import type { RunLine } from './fence.ts';
import { giveUpJoinScript, joinScript } from './join-scripts.ts';

/** How often a process asks what became of the joins that it gave up, in ms. */
const EVERY = 1000;

/**
 * A name longer than 64 characters. It is in the line's hash, and with such a text in it (hash-max-listpack-value) Redis
 * stores a hash as a table. Otherwise it would go through the hash for each of the sixty fields that a script reads.
 */
const NAME_BYTES = 51;

export interface JoinDeps {
  readonly run: RunLine;
  readonly discard: LineStore['discard'];
  /** How long a join may take, in ms. */
  readonly deadline: number;
  readonly log?: StoreLog | undefined;
}

interface GivenUp {
  readonly join: number;
  /** Those who would have been admitted at once. */
  readonly visitors: readonly VisitorId[];
  /** The time in ms since the process started. */
  readonly now: () => number;
}

export interface Joins {
  readonly join: LineStore['join'];
  /** Asks no more. */
  stop(): void;
}

export function createJoins({ run, discard, deadline, log }: JoinDeps): Joins {
  const process = randomBytes(NAME_BYTES).toString('base64url');
  const rooms = new Map<RoomId, GivenUp[]>();
  const discarding = new Map<RoomId, Promise<void>>();
  let joins = 0;

  async function discardOne(room: RoomId, { join, visitors, now }: GivenUp): Promise<void> {
    const issued = (await run(room, giveUpJoinScript, { process, join }, now()))?.output;
    if (!issued) return;
    await discard(room, { ...issued, visitors }, now()).catch(unlessGone);
    const { from, to } = issued;
    log?.warn({ room, from, to }, 'Redis did not answer a join in time: what it issued is discarded');
  }

  async function discardEach(room: RoomId): Promise<void> {
    const givenUp = rooms.get(room) ?? [];
    for (let first = givenUp[0]; first; first = givenUp[0]) {
      await discardOne(room, first);
      givenUp.shift();
    }
    rooms.delete(room);
  }

  /** Discards what was given up in a room. Callers share a discarding that is under way. */
  function discardAll(room: RoomId): Promise<void> {
    let running = discarding.get(room);
    if (!running) {
      running = discardEach(room).finally(() => discarding.delete(room));
      discarding.set(room, running);
    }
    return running;
  }

  const timer = setInterval(() => {
    for (const room of rooms.keys()) discardAll(room).catch(() => undefined);
  }, EVERY);
  timer.unref();

  function giveUp(room: RoomId, join: GivenUp): void {
    const givenUp = rooms.get(room);
    if (givenUp) givenUp.push(join);
    else rooms.set(room, [join]);
  }

  return {
    async join(room, entrants, now) {
      joins += 1;
      const join = joins;
      const begun = performance.now();
      let [isSent, isLate] = [false, false];
      const send = async () => {
        if (rooms.has(room)) await discardAll(room);
        if (isLate) throw new StoreUnavailable(new Error('the join was given up before it was sent'));
        isSent = true;
        const outcome = await run(room, joinScript, { entrants, process, join }, now);
        if (!outcome) throw new RoomNotFound(room);
        return outcome.output;
      };
      try {
        return await inTime(send(), deadline);
      } catch (error) {
        isLate = true;
        if (isSent && error instanceof StoreUnavailable) {
          const visitors = entrants.flatMap(({ visitor, claim }) => (claim ? [visitor] : []));
          giveUp(room, { join, visitors, now: () => now + Math.round(performance.now() - begun) });
        }
        throw error;
      }
    },
    stop: () => clearInterval(timer),
  };
}

/** A line that does not exist has nothing to discard. */
function unlessGone(error: unknown): void {
  if (!(error instanceof RoomNotFound)) throw error;
}
