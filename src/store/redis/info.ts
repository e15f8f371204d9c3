import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './client.ts';

/** The fields of INFO. */
export type Info = Readonly<Record<string, string>>;

/** Empty where the server refuses; null where it did not answer. */
export async function readInfo(node: Redis, ...sections: readonly string[]): Promise<Info | null> {
  try {
    const lines = (await node.info(...sections)).split('\r\n').filter((line) => line.includes(':'));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
  } catch (error) {
    return error instanceof Error && error.name === 'ReplyError' ? {} : null;
  }
}

/** A setting of the server. Undefined where it refuses CONFIG, or did not answer. */
export async function readSetting(node: Redis, name: string): Promise<string | undefined> {
  const [, value] = await (node.config('GET', name) as Promise<string[]>).catch(() => []);
  return value;
}

/** The server, or every primary of a cluster. */
export function primariesOf(client: RedisClient): readonly Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}
