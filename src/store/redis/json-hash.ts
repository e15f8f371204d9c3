/** A hash of JSON texts, by id. */
import { type Revision, revisionOf, type Stored, stored } from '#waiting-room/ports/revision.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

export interface Hash<T extends object> {
  text(id: string): Promise<string | null>;
  /** Without a value the field is deleted. Whether it had the expected revision. */
  replace(id: string, expected: Revision | null, ...value: readonly string[]): Promise<boolean>;
  /** In the order of the ids. */
  all(): Promise<T[]>;
  get(id: string): Promise<Stored<T> | null>;
  /** The new revision; null where another than the expected one is stored. */
  put(id: string, value: T, expected: Revision | null | undefined): Promise<Revision | null>;
  /** Whether there was one, of the expected revision if one is named. */
  remove(id: string, ...expected: readonly Revision[]): Promise<boolean>;
}

export function createHash<T extends object>(client: RedisClient, run: Run, hash: string): Hash<T> {
  const text = (id: string) => answered(client.hget(hash, id));

  /** Without a text, the field is deleted. */
  const replace = (id: string, expected: Revision | null, ...value: readonly string[]) =>
    run(keyScripts.replaceField, [hash], id, expected ?? '', ...value);

  return {
    text,
    replace,
    async all(): Promise<T[]> {
      const entries = Object.entries(await answered(client.hgetall(hash)));
      return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, json]) => JSON.parse(json) as T);
    },
    async get(id: string): Promise<Stored<T> | null> {
      const json = await text(id);
      return json === null ? null : stored<T>(json);
    },
    async put(id: string, value: T, expected: Revision | null | undefined): Promise<Revision | null> {
      const json = JSON.stringify(value);
      if (expected === undefined) await answered(client.hset(hash, id, json));
      else if (!(await replace(id, expected, json))) return null;
      return revisionOf(json);
    },
    async remove(id, ...expected) {
      const [revision] = expected;
      return revision === undefined ? (await answered(client.hdel(hash, id))) === 1 : replace(id, revision);
    },
  };
}
