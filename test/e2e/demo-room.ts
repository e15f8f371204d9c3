import { setTimeout as delay } from 'node:timers/promises';
import type { Anteroom } from './anteroom.ts';

const SETTINGS = {
  title: 'Spring sale',
  mode: 'queue',
  inlet: { strategy: 'manual' },
  admission: { lifetime: '5m', claim_window: '1m' },
};

/** Empties the demo room and gives it a manual inlet: only the test serves visitors. */
export async function emptyRoom({ admin }: Anteroom, settings: Record<string, unknown> = {}): Promise<void> {
  await admin('PUT', '', { ...SETTINGS, ...settings });
  await admin('POST', '/reset');
}

/** The demo room as it starts: three people fit, and the first three go in at once. */
export async function roomForThree(anteroom: Anteroom): Promise<void> {
  await emptyRoom(anteroom, { inlet: { strategy: 'max-size', size: 3 } });
  while ((await anteroom.admin('GET', '/counters')).serving !== 3) await delay(50);
}

/** Changes some settings and keeps the others. */
export async function change({ admin }: Anteroom, settings: Record<string, unknown>): Promise<void> {
  await admin('PATCH', '', settings);
}

export async function letIn({ admin }: Anteroom, people: number): Promise<void> {
  await admin('POST', '/serving-counter', { increment_by: people });
}
