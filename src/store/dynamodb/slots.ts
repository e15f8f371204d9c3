import { StoreOverloaded } from '#waiting-room/errors.ts';

/** Runs work at most so many at once. The rest wait in order, for at most `patience` ms. */
export function createSlots(slots: number, patience: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: { readonly start: () => void; readonly until: number; readonly giveUp: () => void }[] = [];
  let running = 0;

  function next(): void {
    for (let first = waiting.shift(); first; first = waiting.shift()) {
      if (performance.now() <= first.until) {
        first.start();
        return;
      }
      first.giveUp();
    }
    running -= 1;
  }

  return async (work) => {
    if (running < slots) running += 1;
    else {
      await new Promise<void>((resolve, reject) => {
        const until = performance.now() + patience;
        waiting.push({ start: resolve, until, giveUp: () => reject(new StoreOverloaded()) });
      });
    }
    try {
      return await work();
    } finally {
      next();
    }
  };
}
