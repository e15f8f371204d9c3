/** Reads all items of a table: from DynamoDB, or from files that were exported from it. */
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Item } from './rows.ts';

/** A value as DynamoDB writes it in JSON. */
type Attribute = Readonly<Record<string, unknown>>;

/** Parts of a table that are read at the same time. */
const SEGMENTS = 4;

/** @param source the name or ARN of a table, or `file:` and the path of a file or folder */
export function readTable(source: string): Promise<readonly Item[]> {
  return source.startsWith('file:') ? readExport(source.slice('file:'.length)) : scan(source);
}

async function scan(table: string): Promise<readonly Item[]> {
  const { DynamoDBClient, ScanCommand } = await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient({});
  async function segment(Segment: number): Promise<readonly Item[]> {
    const items: Item[] = [];
    let from: Record<string, never> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({
          ...{ TableName: table, ConsistentRead: true, Segment, TotalSegments: SEGMENTS },
          ...(from ? { ExclusiveStartKey: from } : {}),
        }),
      );
      for (const item of page.Items ?? []) items.push(plain(item as unknown as Record<string, Attribute>));
      from = page.LastEvaluatedKey as typeof from;
    } while (from);
    return items;
  }
  try {
    return (await Promise.all(Array.from({ length: SEGMENTS }, (_, n) => segment(n)))).flat();
  } finally {
    client.destroy();
  }
}

/** A file of `aws dynamodb scan`, or files of an export to S3: one item a line, perhaps compressed. */
async function readExport(path: string): Promise<readonly Item[]> {
  if ((await stat(path)).isDirectory()) {
    const names = (await readdir(path)).filter((name) => /\.json(\.gz)?$/.test(name) && !name.startsWith('manifest'));
    return (await Promise.all(names.sort().map((name) => readExport(join(path, name))))).flat();
  }
  if (!path.endsWith('.gz')) {
    const whole = parseJson(await readFile(path, 'utf8'));
    if (whole && Array.isArray(whole.Items)) return whole.Items.map(plain);
  }
  const raw = createReadStream(path);
  const lines = createInterface({ input: path.endsWith('.gz') ? raw.pipe(createGunzip()) : raw });
  const items: Item[] = [];
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const item = parseJson(line)?.Item;
    if (typeof item !== 'object' || item === null) throw new Error(`line ${number} of ${path} is no item of an export`);
    items.push(plain(item as Record<string, Attribute>));
  }
  return items;
}

function parseJson(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/** Texts and numbers as they are. What is neither stays as DynamoDB writes it, and is a fault of its row. */
function plain(item: Readonly<Record<string, Attribute>>): Item {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      if (typeof value.S === 'string') return [name, value.S];
      return [name, typeof value.N === 'string' ? Number(value.N) : value];
    }),
  );
}
