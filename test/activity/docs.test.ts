import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ACTIVITY_TYPES, OPERATOR_ACTIONS } from '#waiting-room/activity.ts';

const DOCS = 'docs/events.md';

test('docs/events.md describes each event type once, with an example', async () => {
  const text = await readFile(DOCS, 'utf8');
  const sections = [...text.matchAll(/^### `([a-z.]+)`\n([\s\S]*?)(?=^##|(?![\s\S]))/gm)];
  expect(sections.map(([, type]) => type).sort()).toEqual([...ACTIVITY_TYPES].sort());
  for (const [, type, section] of sections) {
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(section ?? '')?.[1] ?? '{}');
    expect(example).toMatchObject({ id: expect.any(String), type });
    expect(new Date(example.time).toISOString()).toBe(example.time);
  }
});

test('docs/events.md names each action of the audit log', async () => {
  const text = await readFile(DOCS, 'utf8');
  const section = /^### `operator\.acted`\n([\s\S]*?)```/m.exec(text)?.[1] ?? '';
  for (const action of OPERATOR_ACTIONS) expect(section).toContain(`\`${action}\``);
});
