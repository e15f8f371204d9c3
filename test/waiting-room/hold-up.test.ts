import { expect, test } from 'vitest';
import { lineView } from '#support/line-view.ts';
import { roomSettings } from '#support/room-settings.ts';
import { holdUpOf } from '#waiting-room/hold-up.ts';
import type { LineView } from '#waiting-room/line/counters.ts';
import type { RoomEvent, RoomSettings } from '#waiting-room/room.ts';
import type { Snapshot } from '#waiting-room/snapshots.ts';

const NOW = 1_000_000_000;
const MINUTE = 60_000;
const periodic = { strategy: 'periodic', increment: 10, every: MINUTE } as const;
const later = { id: 'opening', prequeue_start: 0, start: NOW + MINUTE, end: null, order: 'draw' } as RoomEvent;

function holdUp(
  settings: Partial<RoomSettings>,
  view: Parameters<typeof lineView>[0] = {},
  event: RoomEvent | null = null,
) {
  const counters: Partial<LineView['counters']> = { waiting: 5, present: 3, ...view.counters };
  return holdUpOf({
    settings: roomSettings({ mode: 'queue', inlet: { strategy: 'max-size', size: 5 }, ...settings }),
    view: lineView({ clock: NOW, size: 5, ...view, counters }),
    event,
    updatedAt: NOW,
  } as Snapshot);
}

test.each([
  ['closed', { mode: 'closed' }, {}, null],
  ['paused', { mode: 'paused' }, {}, null],
  ['before_start', {}, {}, later],
  ['nobody_waiting', {}, { counters: { waiting: 0, present: 0 } }, null],
  ['nobody_present', {}, { counters: { present: 0 } }, null],
  ['alarm', {}, { alarm: true }, null],
  ['full', {}, { inside: 3, held: 2 }, null],
  ['full', {}, { size: -1 }, null],
  ['manual', { inlet: { strategy: 'manual' } }, { alarm: true }, null],
  ['between_periods', { inlet: periodic }, {}, null],
  ['inlet_not_started', { inlet: { ...periodic, start: NOW + 1 } }, {}, null],
  ['inlet_ended', { inlet: { ...periodic, end: NOW - 1 } }, {}, null],
] as const)('%s', (code, settings, view, event) => {
  expect(holdUp(settings, view, event)?.code).toBe(code);
});

test('nothing holds the next visitor up where a place is free, or everybody is let in', () => {
  expect(holdUp({}, { inside: 1 })).toBeNull();
  expect(holdUp({ mode: 'passthrough' })).toBeNull();
});

test('the end is named where it is known', () => {
  expect(holdUp({}, {}, later)?.until).toBe(later.start);
  const until = holdUp({ inlet: periodic })?.until ?? 0;
  expect([until % MINUTE, until > NOW, until <= NOW + MINUTE]).toEqual([0, true, true]);
  expect(holdUp({ inlet: { ...periodic, start: NOW + 1 } })?.until).toBe(NOW + 1);
});
