import type { Entrant, Joined } from '#waiting-room/line/joins.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';

/** Visitors join, and their pages load: that is the first heartbeat of each. */
export async function joinAndLoad(
  line: Pick<LineStore, 'join' | 'recordHeartbeats' | 'recordEntrantHeartbeats'>,
  room: string,
  visitors: readonly (string | Entrant)[],
  at: number,
): Promise<readonly Joined[]> {
  const entrants = visitors.map((each) => (typeof each === 'string' ? { visitor: each, claim: true } : each));
  const joined = (await line.join(room, entrants, at)) ?? [];
  const waiting = joined.filter(({ admission, entry }) => !admission && !entry);
  const entries = joined.flatMap(({ entry }) => entry ?? []);
  const [first] = joined;
  if (!first) return joined;
  const of = { incarnation: first.incarnation, generation: first.generation };
  await line.recordHeartbeats(room, { ...of, numbers: waiting.map(({ number }) => number) }, at);
  const indexes = entries.map(({ index }) => index);
  if (entries[0]) await line.recordEntrantHeartbeats(room, { ...of, draw: entries[0].draw, indexes }, at);
  return joined;
}
