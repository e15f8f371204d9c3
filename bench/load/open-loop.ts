/** Visits at times of their own, as real visitors come: a server that is slow gets no fewer. */
import type { Connection } from './connection.ts';
import { openConnection } from './connection.ts';

export interface OpenLoop {
  /**
   * One visit at each time, in ms from now, in ascending order. Answers how long each took, in ms, in the order in
   * which they ended: from the time that it was due, also while all connections are busy.
   */
  run(due: readonly number[], visit: (connection: Connection) => Promise<unknown>): Promise<number[]>;
  close(): void;
}

/** @param size connections at most. Visits that are due beyond them wait for one. */
export async function openLoop(port: number, size: number): Promise<OpenLoop> {
  const free: Connection[] = [];
  while (free.length < size) free.push(...(await Promise.all(Array.from({ length: 50 }, () => openConnection(port)))));
  const all = [...free];

  async function run(due: readonly number[], visit: (connection: Connection) => Promise<unknown>): Promise<number[]> {
    const took: number[] = [];
    const start = performance.now();
    let next = 0;
    let running = 0;
    return new Promise((resolve, reject) => {
      function begin(connection: Connection, at: number): void {
        running += 1;
        visit(connection).then(() => {
          took.push(performance.now() - start - at);
          running -= 1;
          free.push(connection);
          pump();
        }, reject);
      }
      function pump(): void {
        const now = performance.now() - start;
        for (let at = due[next]; at !== undefined && at <= now && free.length > 0; at = due[next]) {
          next += 1;
          begin(free.shift() as Connection, at);
        }
        if (next === due.length && running === 0) {
          clearInterval(timer);
          resolve(took);
        }
      }
      const timer = setInterval(pump, 1);
      pump();
    });
  }

  return {
    run,
    close() {
      for (const connection of all) connection.close();
    },
  };
}

/** Times of a Poisson process, in ms: as many a second on average, for so long. */
export function poisson(perSecond: number, milliseconds: number): number[] {
  const times: number[] = [];
  for (let at = 0; ; ) {
    at -= (Math.log(1 - Math.random()) / perSecond) * 1000;
    if (at >= milliseconds) return times;
    times.push(at);
  }
}
