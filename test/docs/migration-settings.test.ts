import { expect, test } from 'vitest';
import { z } from 'zod';
import { settingsFile } from '#settings/file.ts';
import { pages, withoutBlocks } from './pages.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const whole = z.toJSONSchema(settingsFile, { io: 'input', unrepresentable: 'any' }) as Schema;

/** The schemas that a value may have. */
function alternatives(schema: Schema | undefined): readonly Schema[] {
  if (!schema) return [];
  const { $ref, anyOf, oneOf, items } = schema;
  const referred = $ref === undefined ? undefined : whole.$defs?.[$ref.replace('#/$defs/', '')];
  const inside = [referred, items, ...(anyOf ?? []), ...(oneOf ?? [])].filter((each) => each !== undefined);
  return [schema, ...inside.flatMap(alternatives)];
}

const step = (schemas: readonly Schema[], name: string) =>
  schemas.flatMap(({ properties }) => alternatives(properties?.[name]));

const room = step(alternatives(whole), 'rooms');
const isSetting = (path: string) => path.split('.').reduce(step, room).length > 0;

/** What a page names as `room_key.key`, outside of code blocks. */
const settingsIn = (page: string) =>
  [...withoutBlocks(page).matchAll(/`([a-z_]+\.[a-z_.]+)(?::[^`]*)?`/g)]
    .map(([, path = '']) => path)
    .filter((path) => isSetting(path.split('.')[0] ?? ''));

test.each(['docs/migrate-from-cloudflare.md', 'docs/migrate-from-queue-it.md', 'docs/migrate-from-aws.md'])(
  '%s names only settings of rooms that exist',
  (path) => {
    const named = settingsIn(pages.get(path) ?? '');
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((setting) => !isSetting(setting))).toEqual([]);
  },
);

test('finds a setting that does not exist', () => {
  const named = settingsIn('`admission.lifetime`, `admission.renew: true` and `admission.sliding`');
  expect(named.filter((setting) => !isSetting(setting))).toEqual(['admission.sliding']);
});
