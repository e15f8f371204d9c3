/**
 * Counts the waits of those who are let in, and the visitors who leave, in each minute, and adds up what all processes
 * count. Nothing is kept of a person.
 */
import type { SharedCounts } from '../ports/shared-counts.ts';
import type { RoomId } from '../room.ts';
import type { Ticket } from '../ticket.ts';
import { bucketOf, type Histogram, LAST_BUCKET } from './histogram.ts';
import { minuteOf } from './measurement.ts';

/** How long the counts of a minute are kept after the last report, in ms. */
const KEPT = 10 * 60_000;

export interface Waits {
  readonly left: number;
  readonly abuse: number;
  readonly actual: Histogram;
  readonly predicted: Histogram;
}

export interface WaitCounts {
  /** A visitor claimed the turn at `now`. */
  compare(ticket: Ticket, now: number): void;
  left(room: RoomId): void;
  /** Abuse was suspected in a room. */
  abused(room: RoomId): void;
  /** What all processes have counted in a minute. */
  of(room: RoomId, minute: number): Promise<Waits>;
  /** Adds to the counts that processes share. What the store did not take stays for the next flush. */
  flush(): Promise<void>;
}

type Kind = 'actual' | 'predicted';
const KINDS: readonly Kind[] = ['actual', 'predicted'];
const BUCKETS = Array.from({ length: LAST_BUCKET + 1 }, (_, bucket) => bucket);
const ALL_NAMES = ['left', 'abuse', ...KINDS.flatMap((kind) => BUCKETS.map((bucket) => nameOf(kind, bucket)))];

function nameOf(kind: Kind, bucket: number): string {
  return `${kind}:${bucket}`;
}

export function createWaitCounts(sharedCounts: SharedCounts, now: () => number): WaitCounts {
  let gathered = new Map<string, Map<string, number>>();

  const groupOf = (room: RoomId, minute: number) => `waits:${room}:${minute}`;

  function add(group: string, name: string, by: number): void {
    const counts = gathered.get(group) ?? new Map<string, number>();
    counts.set(name, (counts.get(name) ?? 0) + by);
    gathered.set(group, counts);
  }

  return {
    compare({ room, joinedAt, predicted }, at) {
      // The ids of AWS's clients do not say when they joined.
      if (joinedAt === 0) return;
      const group = groupOf(room, minuteOf(at));
      add(group, nameOf('actual', bucketOf((at - joinedAt) / 1000)), 1);
      if (predicted) add(group, nameOf('predicted', bucketOf((predicted.low + predicted.high) / 2)), 1);
    },
    left: (room) => add(groupOf(room, minuteOf(now())), 'left', 1),
    abused: (room) => add(groupOf(room, minuteOf(now())), 'abuse', 1),
    async of(room, minute) {
      const totals = await sharedCounts.add(groupOf(room, minute), new Map(ALL_NAMES.map((name) => [name, 0])), KEPT);
      const of = (kind: Kind): Histogram =>
        new Map(
          BUCKETS.map((bucket) => [bucket, totals.get(nameOf(kind, bucket)) ?? 0] as const).filter(([, n]) => n > 0),
        );
      return {
        left: totals.get('left') ?? 0,
        abuse: totals.get('abuse') ?? 0,
        actual: of('actual'),
        predicted: of('predicted'),
      };
    },
    async flush() {
      const batch = gathered;
      gathered = new Map();
      const results = await Promise.allSettled(
        [...batch].map(async ([group, counts]) => {
          try {
            await sharedCounts.add(group, counts, KEPT);
          } catch (error) {
            for (const [name, by] of counts) add(group, name, by);
            throw error;
          }
        }),
      );
      const failed = results.find((each) => each.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}
