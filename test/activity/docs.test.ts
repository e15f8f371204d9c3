import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ACTIVITY_TYPES } from '#waiting-room/activity.ts';

test('docs/events.md has each type once, with an example of it', async () => {
  const text = await readFile('docs/events.md', 'utf8');
  const sections = [...text.matchAll(/^### `([a-z.]+)`\n([\s\S]*?)(?=^##|(?![\s\S]))/gm)];
  expect(sections.map(([, type]) => type).sort()).toEqual([...ACTIVITY_TYPES].sort());
  for (const [, type, section] of sections) {
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(section ?? '')?.[1] ?? '{}');
    expect(example).toMatchObject({ id: expect.any(String), type });
    expect(new Date(example.time).toISOString()).toBe(example.time);
  }
});
