/** One of several processes on the same Redis: opens the store, waits for the word, then does everything at once. */
import { openRedisStore } from '#store/redis/index.ts';
import type { Holder } from '#waiting-room/line/place.ts';

export interface Work {
  readonly url: string;
  readonly room: string;
  readonly now: number;
  /** So many visitors join, each alone … */
  readonly join?: number;
  /** … or these claim, and give a number each of those admitted. */
  readonly claim?: readonly Holder[];
}

async function work({ url, room, now, join = 0, claim = [] }: Work): Promise<number[]> {
  // All of this at once may take longer than a call usually may.
  const store = await openRedisStore({ url, deadline: 60_000 });
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));
  const joined = await Promise.all(
    Array.from({ length: join }, async (_, n) => {
      const [ticket] = (await store.line.join(room, [{ visitor: `${process.pid}-${n}`, claim: false }], now)) ?? [];
      return ticket ? [ticket.number] : [];
    }),
  );
  const claimed = await Promise.all(
    claim.map(async (holder) => {
      const place = await store.line.claim(room, holder, now);
      return place.state === 'admitted' && place.first ? [place.admission.number] : [];
    }),
  );
  await store.close();
  return [...joined, ...claimed].flat();
}

process.once('message', async (given: Work) => {
  process.send?.(await work(given));
  process.disconnect?.();
});
