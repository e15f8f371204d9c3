import { setTimeout as delay } from 'node:timers/promises';
import type { Anteroom } from './anteroom.ts';

const SETTINGS = {
  title: 'Spring sale',
  mode: 'queue',
  inlet: { strategy: 'manual' },
  admission: { lifetime: '5m', claim_window: '1m' },
};

/** The demo room with other settings than its own, without anybody in it. Nobody is let in unless told. */
export async function emptyRoom({ admin }: Anteroom, settings: Record<string, unknown> = {}): Promise<void> {
  await admin('PUT', '', { ...SETTINGS, ...settings });
  await admin('POST', '/reset');
}

/** The demo room as it is started: three people fit, and the first three go in at once. */
export async function roomForThree(anteroom: Anteroom): Promise<void> {
  await emptyRoom(anteroom, { inlet: { strategy: 'max-size', size: 3 } });
  while ((await anteroom.admin('GET', '/counters')).serving !== 3) await delay(50);
}

/** Changes some settings; what they are else stays. */
export async function change({ admin }: Anteroom, settings: Record<string, unknown>): Promise<void> {
  await admin('PATCH', '', settings);
}

export async function letIn({ admin }: Anteroom, people: number): Promise<void> {
  await admin('POST', '/serving-counter', { increment_by: people });
}
