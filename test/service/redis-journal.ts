/**
 * The history of a room from Redis's append-only file, which has every write of every script in order, each script's
 * together. It shows every state that the room was in.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lineKey } from '#store/redis/keys.ts';

/** The options of a redis-server that keeps its whole journal in `folder`, written before it answers. */
export const journalled = (folder: string): string[] => [
  ...['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'no'],
  ...['--auto-aof-rewrite-percentage', '0', '--aof-timestamp-enabled', 'no'],
];

/** The room after one atomic step. */
export interface Moment {
  /** The line's time. */
  readonly at: number;
  /** Admissions in the store, including expired ones. */
  readonly inside: number;
  readonly held: number;
  readonly queue: number;
  readonly serving: number;
}

/** The time that a visitor was inside. */
export interface Stay {
  readonly from: number;
  /** When it ended, by an exit or by expiry. */
  readonly to: number;
}

export interface History {
  readonly moments: readonly Moment[];
  readonly stays: readonly Stay[];
}

export async function readHistory(folder: string, room: string): Promise<History> {
  const directory = join(folder, 'appendonlydir');
  const names = (await readdir(directory)).filter((name) => name.endsWith('.incr.aof')).sort();
  const moments: Moment[] = [];
  const stays: Stay[] = [];
  const inside = new Map<string, { readonly from: number; readonly expiresAt: number }>();
  const [line, active] = [lineKey(room, 'line'), lineKey(room, 'active')];
  const fields = new Map<string, string>();
  const field = (name: string) => Number(fields.get(name) ?? 0);

  /** Applies a step's writes. The line's time, among the last of them, is the time of all of them. */
  function take(step: readonly (readonly string[])[]): void {
    for (const [verb, key, ...rest] of step) {
      if (verb === 'HSET' && key === line)
        for (let i = 0; i < rest.length; i += 2) fields.set(rest[i] ?? '', rest[i + 1] ?? '');
    }
    const at = field('clock');
    for (const [verb, key, ...rest] of step) {
      if (key !== active) continue;
      if (verb === 'ZADD') inside.set(rest[1] ?? '', { from: at, expiresAt: Number(rest[0]) });
      else if (verb === 'ZREM') for (const visitor of rest) leave(visitor, at);
      else throw new Error(`the journal has a ${verb} of admissions, which nobody reads`);
    }
    moments.push({ at, inside: inside.size, held: field('held'), queue: field('queue'), serving: field('serving') });
  }

  function leave(visitor: string, at: number): void {
    const stay = inside.get(visitor);
    if (!stay) throw new Error(`${visitor} left without being inside`);
    stays.push({ from: stay.from, to: Math.min(at, stay.expiresAt) });
    inside.delete(visitor);
  }

  for (const name of names) for (const step of stepsOf(await readFile(join(directory, name)))) take(step);
  for (const { from, expiresAt } of inside.values()) stays.push({ from, to: Math.min(expiresAt, field('clock')) });
  return { moments, stays };
}

/** The writes between MULTI and EXEC are one step; so is a write outside. */
function* stepsOf(journal: Buffer): Generator<string[][]> {
  let open: string[][] | null = null;
  for (const command of commandsOf(journal)) {
    const verb = command[0]?.toUpperCase() ?? '';
    if (verb === 'MULTI') open = [];
    else if (verb === 'EXEC') {
      yield open ?? [];
      open = null;
    } else if (open) open.push([verb, ...command.slice(1)]);
    else yield [[verb, ...command.slice(1)]];
  }
}

/** Parses arrays of bulk strings, as clients send them. */
function* commandsOf(journal: Buffer): Generator<string[]> {
  let at = 0;
  const count = (mark: string): number => {
    const end = journal.indexOf('\r\n', at);
    if (journal.toString('latin1', at, at + 1) !== mark || end < 0)
      throw new Error(`no ${mark} at ${at} of the journal`);
    const value = Number(journal.toString('latin1', at + 1, end));
    at = end + 2;
    return value;
  };
  while (at < journal.length) {
    const command = Array.from({ length: count('*') }, () => {
      const length = count('$');
      const text = journal.toString('latin1', at, at + length);
      at += length + 2;
      return text;
    });
    yield command;
  }
}
