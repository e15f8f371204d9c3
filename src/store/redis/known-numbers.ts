/** The highest number of each room's line that this process has seen issued. The line may have lost it since. */
import type { RoomId } from '#waiting-room/room.ts';

export interface Issued {
  readonly incarnation: string;
  readonly generation: number;
  /** The highest number. */
  readonly number: number;
  /** The draw that was open, from 1, and how many entrants it had; 0 if none was. */
  readonly draw: number;
  readonly arrivals: number;
}

export interface KnownNumbers {
  /** As the scripts take it (lib/line.lua). */
  of(room: RoomId): readonly [number: number, of: string];
  /** What the line said. Another incarnation, or a later generation, replaces what was known. */
  learn(room: RoomId, issued: Issued): void;
}

export function createKnownNumbers(): KnownNumbers {
  const known = new Map<RoomId, Issued>();

  return {
    of(room) {
      const issued = known.get(room);
      if (!issued) return [0, ''];
      const { incarnation, generation, number, draw, arrivals } = issued;
      return [number, `${incarnation}:${generation}:${draw}:${arrivals}`];
    },
    learn(room, issued) {
      const before = known.get(room);
      if (before?.incarnation !== issued.incarnation || before.generation < issued.generation) known.set(room, issued);
      else if (before.generation === issued.generation) known.set(room, highest(before, issued));
    },
  };
}

function highest(one: Issued, other: Issued): Issued {
  const later = one.draw > other.draw || (one.draw === other.draw && one.arrivals > other.arrivals) ? one : other;
  return { ...later, number: Math.max(one.number, other.number) };
}
