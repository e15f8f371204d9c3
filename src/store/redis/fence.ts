/**
 * Runs the scripts of the line. Each carries the id of the server it goes to; where that is not the server that wrote
 * the line last, the line may have gone back in time. Then the script changes nothing, the line is fenced, so that no
 * number is issued twice, and the script runs once more.
 */
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { StoreLog } from './client.ts';
import { lineKeys } from './keys.ts';
import type { KnownNumbers } from './known-numbers.ts';
import { type LineScript, lineScript } from './line-script.ts';
import * as replies from './replies.ts';
import type { Argument, Run, Script } from './script.ts';
import type { ServerIds } from './server-ids.ts';

/** Runs a script of the line: null where the line is missing. */
export type RunLine = <In, Out>(
  room: RoomId,
  script: LineScript<In, Out>,
  input: In,
  now: number,
) => Promise<{ readonly output: Out } | null>;

export interface FenceDeps {
  readonly run: Run;
  readonly servers: Pick<ServerIds, 'of' | 'check'>;
  readonly numbers: Pick<KnownNumbers, 'of'>;
  readonly log?: StoreLog | undefined;
}

/** The server that a line is at, and how far its counter moved. */
interface Fenced {
  readonly server: string;
  readonly from: number;
  readonly to: number;
}

/** What may be lost: joins of so many seconds at the highest rate there was, or so many. */
const LOST_SECONDS = 3;
const LOST_LEAST = 100;

/** Makes sure that a line at another server issues no number twice. Runs before any other script there. */
export const fenceScript = lineScript<{ readonly server: string }, Fenced>(
  'fence',
  ({ server }, now) => [now, server, LOST_SECONDS, LOST_LEAST],
  ({ rest: [server, from, to] }) => ({
    server: replies.text(server),
    from: replies.integer(from),
    to: replies.integer(to),
  }),
);

const FENCED = Symbol('fenced');
/** In place of a server's id, of the script that fences (lib/line.lua). */
const FENCING = 'fencing';

export function createRunLine({ run, servers, numbers, log }: FenceDeps): RunLine {
  /** The script with the arguments that all scripts of the line have at their end (lib/line.lua). */
  function signed<In, Out>(script: LineScript<In, Out>, known: readonly Argument[], server: string) {
    const { args, parse } = script;
    return {
      ...script,
      args: (input: In, now: number) => [...args(input, now), script.ownField?.(input) ?? '', ...known, server],
      parse: (reply, input: In, now: number) => (replies.isFence(reply) ? FENCED : parse(reply, input, now)),
    } satisfies Script<[In, number], { readonly output: Out } | null | typeof FENCED>;
  }

  /** The id of the server that the line is at from now on; null where the line is missing. */
  async function fence(room: RoomId, now: number): Promise<string | null> {
    const unchecked = signed(fenceScript, numbers.of(room), FENCING);
    const fenced = await run(unchecked, lineKeys(room), { server: servers.of(room) }, now);
    if (!fenced || fenced === FENCED) return null;
    const { server, from, to } = fenced.output;
    if (to > from) log?.warn({ room, from, to }, 'Redis may have lost writes: the numbers in between are not issued');
    servers.check(server);
    return server;
  }

  return async (room, script, input, now) => {
    const attempt = (server: string) =>
      run(signed(script, numbers.of(room), server), lineKeys(room, script.parts), input, now);
    const first = await attempt(servers.of(room));
    if (first !== FENCED) return first;
    const server = await fence(room, now);
    // The script did nothing, so it may be sent again.
    const second = server === null ? null : await attempt(server);
    if (second === FENCED) throw new StoreUnavailable(new Error('the line moves between servers'));
    return second;
  };
}
