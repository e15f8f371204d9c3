import type { Connection } from './connection.ts';
import { openConnection } from './connection.ts';

/** Connections that are always busy, each with one visitor after another. */
export interface Crowd {
  /** Runs visits until the time (in ms) is over. Answers how many finished. */
  during(time: number, visit: (connection: Connection) => Promise<unknown>): Promise<number>;
  /** Runs one visit for each of `people`. */
  each<T>(people: readonly T[], visit: (connection: Connection, person: T) => Promise<unknown>): Promise<void>;
  disperse(): void;
}

/** How many requests are under way at a time. */
const CONNECTIONS = Number(process.env.BENCH_CONNECTIONS ?? 32);

export async function gather(port: number, size = CONNECTIONS): Promise<Crowd> {
  const connections = await Promise.all(Array.from({ length: size }, () => openConnection(port)));
  return {
    async during(time, visit) {
      const until = performance.now() + time;
      let done = 0;
      await Promise.all(
        connections.map(async (connection) => {
          while (performance.now() < until) {
            await visit(connection);
            done += 1;
          }
        }),
      );
      return done;
    },
    async each(people, visit) {
      let next = 0;
      await Promise.all(
        connections.map(async (connection) => {
          while (next < people.length) await visit(connection, people[next++] as (typeof people)[number]);
        }),
      );
    },
    disperse() {
      for (const connection of connections) connection.close();
    },
  };
}
