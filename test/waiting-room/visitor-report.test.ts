import { expect, test } from 'vitest';
import { roomSettings } from '#support/room-settings.ts';
import { say } from '#support/say.ts';
import { pauseSettings } from '#waiting-room/pause.ts';
import type { Snapshot } from '#waiting-room/snapshots.ts';
import { reportOfAdmission } from '#waiting-room/visitor-report.ts';

const at = Date.parse('2026-11-24T10:00:00Z');
const admission = { visitor: 'v', number: 12, generation: 1, issuedAt: at, expiresAt: at + 600_000 };

test.each([
  ['queue', 'claim_windows_and_admissions', 'Number 12 is inside, until 10:10 UTC.'],
  ['paused', 'claim_windows', 'Number 12 is inside, until 10:10 UTC.'],
  ['paused', 'claim_windows_and_admissions', 'Number 12 is inside. Its time stands still while the room is paused.'],
] as const)(
  'a support desk reads of a visitor inside, in mode %s with a pause that stops %s: %s',
  (mode, stops, words) => {
    const snapshot = { settings: roomSettings({ mode, ...pauseSettings(stops) }) } as Snapshot;
    expect(reportOfAdmission(snapshot, admission).words.map(say)).toEqual([words]);
  },
);
