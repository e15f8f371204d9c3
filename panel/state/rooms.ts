/** The rooms, and what the stream of all rooms says of each. A row redraws only when its own room changed. */
import { type Signal, signal } from '@preact/signals';
import { call } from './api.ts';
import { follow } from './live.ts';
import { titleOf } from './local-text.ts';
import type { Report, Room } from './types.ts';
import { language } from './words.ts';

export const rooms = signal<readonly Room[] | null>(null);

const reports = new Map<string, Signal<Report | null>>();

export function reportOf(id: string): Signal<Report | null> {
  const known = reports.get(id) ?? signal<Report | null>(null);
  reports.set(id, known);
  return known;
}

export async function loadRooms(): Promise<void> {
  const { value } = await call<readonly Room[]>('/rooms');
  rooms.value = [...value].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

/** What the panel calls a room. */
export const nameOf = ({ title, languages }: Room): string => titleOf(title, language, languages?.default);

const CHANGES = ['room.put', 'room.deleted'];
const GROUP_CHANGES = ['group.put', 'group.deleted'];

/** Keeps both current until the returned function is called. `onGroups` is called when a group has changed. */
export function followRooms({ onGroups }: { readonly onGroups?: () => void } = {}): () => void {
  return follow('/live', {
    counters(report: Report) {
      reportOf(report.room).value = report;
    },
    activity(event: { readonly type: string; readonly action?: string }) {
      if (event.type !== 'operator.acted') return;
      if (CHANGES.includes(event.action ?? '')) void loadRooms().catch(() => undefined);
      if (GROUP_CHANGES.includes(event.action ?? '')) onGroups?.();
    },
  });
}
