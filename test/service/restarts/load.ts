/** Clients that send one thing after another, and count what was lost. */
import { setTimeout as delay } from 'node:timers/promises';

/** Does the next thing. Resolves to what happened instead of what should have; null: nothing was lost. */
export type Next = () => Promise<string | null>;

export interface LoadOptions {
  readonly clients: number;
  /** The pause between two things of a client, in ms. */
  readonly pause: number;
}

export interface Outcomes {
  /** How many things were done: requests, or whole visits. */
  readonly done: number;
  /** What was lost, by what happened instead, such as `POST 502`. */
  readonly lost: ReadonlyMap<string, number>;
}

/** Starts the clients. They stop when `stop` is called. */
export function startLoad(
  { clients, pause }: LoadOptions,
  client: (index: number) => Next,
): { stop(): Promise<Outcomes> } {
  const lost = new Map<string, number>();
  let [done, running] = [0, true];

  const all = Array.from({ length: clients }, async (_, index) => {
    const next = client(index);
    while (running) {
      const trouble = await next().catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
      done++;
      if (trouble) lost.set(trouble, (lost.get(trouble) ?? 0) + 1);
      if (pause > 0) await delay(pause);
    }
  });

  return {
    async stop() {
      running = false;
      await Promise.all(all);
      return { done, lost };
    },
  };
}
