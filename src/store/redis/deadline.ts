import { StoreUnavailable } from '#waiting-room/errors.ts';

/** How long a call may take, in ms. */
export const DEADLINE = 5000;

/** What was answered, or StoreUnavailable where that takes longer than `deadline` ms. A late answer is dropped. */
export function inTime<T>(answer: Promise<T>, deadline: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new StoreUnavailable(new Error(`Redis did not answer within ${deadline} ms`)));
    // A process that was busy for so long first reads the answers that have arrived meanwhile.
    const timer = setTimeout(() => setImmediate(giveUp), deadline);
    answer.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

type Call = (...args: never[]) => Promise<unknown>;

/** The same port, each of whose calls has a deadline. */
export function withDeadline<P extends object>(port: P, deadline: number): P {
  const calls = Object.entries(port as Readonly<Record<string, Call>>);
  return Object.fromEntries(
    calls.map(([name, call]) => [name, (...args: never[]) => inTime(call(...args), deadline)]),
  ) as P;
}
