import type { Input, LineVerb, Output } from '../line/verbs.ts';
import { LINE_VERBS } from '../line/verbs.ts';
import type { RoomId } from '../room.ts';

/** A verb on the line of a room: `input` is left out where the verb takes none. */
type Verb<In, Out> = (
  room: RoomId,
  ...args: [In] extends [null] ? [now: number] : [input: In, now: number]
) => Promise<Out>;

/**
 * The lines of all rooms: the verbs of `line/verbs.ts`, each one atomic step, also against other processes on the same
 * store. Each rejects with RoomNotFound where the line is missing.
 */
export type LineStore = { [V in LineVerb]: Verb<Input<V>, Output<V>> };

/** The lines for everything above the memory of them: it alone may have the seeds of draws that are not done. */
export type PublicLineStore = Omit<LineStore, 'viewForMemory'>;

/** Does a verb on the line of a room. */
export type PerformVerb = <V extends LineVerb>(
  room: RoomId,
  verb: V,
  input: Input<V>,
  now: number,
) => Promise<Output<V>>;

/** The port over one function that does every verb. */
export function lineStoreOf(perform: PerformVerb): LineStore {
  const verbs = LINE_VERBS.map((verb) => [
    verb,
    (room: RoomId, ...args: [number] | [Input<typeof verb>, number]) =>
      args.length === 1 ? perform(room, verb, null as Input<typeof verb>, args[0]) : perform(room, verb, ...args),
  ]);
  return Object.fromEntries(verbs) as LineStore;
}

/** The reverse: one function that does every verb of the port. */
export function performOn(line: LineStore): PerformVerb {
  return (room, verb, input, now) => {
    // The compiler does not see that a verb and its input belong together.
    const perform = line[verb] as unknown as (room: RoomId, ...args: unknown[]) => Promise<Output<typeof verb>>;
    return input === null ? perform(room, now) : perform(room, input, now);
  };
}
