import { describe, expect, test } from 'vitest';
import { lineView } from '#support/line-view.ts';
import { roomSettings } from '#support/room-settings.ts';
import { type Facts, servedFacts, unservedFacts } from '#waiting-room/facts.ts';
import { unservedDocument } from '#waiting-room/facts-document.ts';
import type { Place } from '#waiting-room/line/place.ts';
import { lineRules } from '#waiting-room/line-rules.ts';
import { pauseSettings } from '#waiting-room/pause.ts';
import { pollAfter, reloadAfter } from '#waiting-room/poll-intervals.ts';
import type { Mode, RoomSettings } from '#waiting-room/room.ts';
import type { Snapshot } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const ticket: Ticket = {
  room: 'sale',
  generation: 1,
  number: 1204,
  visitor: 'v',
  incarnation: '',
  joinedAt: NOW,
  entry: null,
  predicted: null,
  standing: 'proven',
};

function snapshot(changes: Partial<RoomSettings> = {}): Snapshot {
  const settings = roomSettings(changes);
  return {
    settings,
    view: lineView({
      counters: { queue: 1300, serving: 1100, waiting: 200, present: 150 },
      mode: settings.mode,
      presentFrom: 1096,
    }),
    line: 'sale',
    lanes: [],
    present: 0,
    stock: null,
    event: null,
    speed: null,
    updatedAt: NOW,
    ahead: () => 87,
    places: new Map(),
  };
}

const inMode = (mode: Mode) => snapshot({ mode });
const claimBy = NOW + 60_000;
const admission = { visitor: 'v', number: 1204, generation: 1, issuedAt: NOW, expiresAt: NOW + 600_000 };

describe('the facts of a waiting visitor', () => {
  test.each([
    ['queue', null, null],
    ['queue', null, { low: 40, high: 80 }],
    ['paused', 'Back "soon", {"number":1} ünd \\ more', null],
  ] as const)('are the same as a document, for every visitor of a snapshot (%s)', (mode, message, speed) => {
    const asked = { ...snapshot({ mode, message }), speed, ahead: (number: number) => number - 1101 };
    for (const number of [1204, 1101, 1300]) {
      const holder = { ...ticket, number };
      expect(unservedDocument(asked, holder)).toBe(JSON.stringify(unservedFacts(asked, holder)));
    }
  });

  test('say how many people were ahead at the join, as the document does', () => {
    const holder = { ...ticket, aheadAtJoin: 210 };
    expect(unservedFacts(snapshot(), holder)).toMatchObject({ people_ahead: 87, people_ahead_at_join: 210 });
    expect(unservedDocument(snapshot(), holder)).toBe(JSON.stringify(unservedFacts(snapshot(), holder)));
    expect(unservedDocument(snapshot(), ticket)).not.toContain('at_join');
  });

  test('have the public fields and no others', () => {
    expect(unservedFacts(snapshot({ message: 'More at noon' }), ticket)).toEqual({
      state: 'waiting',
      room: 'sale',
      number: 1204,
      serving: 1100,
      people_ahead: 87,
      estimated_wait: null,
      poll_after: 5,
      heartbeat_after: 30,
      message: 'More at noon',
      proven: true,
      updated_at: '2026-11-24T10:00:00.000Z',
    } satisfies Facts);
  });

  test.each([
    ['queue', 'waiting'],
    ['passthrough', 'waiting'],
    ['paused', 'paused'],
    ['closed', 'closed'],
  ] as const)('have, in mode %s, the state %s', (mode, state) => {
    expect(unservedFacts(inMode(mode), ticket).state).toBe(state);
  });

  test.each([
    [3_600_000, 30],
    [180_000, 30],
    [90_000, 30],
    [60_000, 20],
    [10_000, 3],
    [3_000, 1],
    [1_000, 1],
    [1, 1],
  ])('request, with a presence timeout of %i ms, a heartbeat every %i s, three times before it', (timeout, seconds) => {
    const room = snapshot({ presence: { timeout } });
    expect(unservedFacts(room, ticket).heartbeat_after).toBe(seconds);
    expect(lineRules(room.settings).presenceTimeout).toBe(Math.max(timeout, 3_000));
  });

  test.each([
    [0, 2],
    [100, 2],
    [101, 5],
    [10_000, 5],
    [10_001, 10],
    [1_000_000, 10],
  ])('request, with %i visitors waiting, a poll every %i s', (waiting, seconds) => {
    expect(pollAfter(snapshot().settings, waiting)).toBe(seconds);
  });
});

describe('a page without scripts', () => {
  test.each([
    [120_000, 180_000, 30],
    [60_000, 180_000, 30],
    [15_000, 180_000, 7],
    [10_000, 180_000, 5],
    [1_000, 180_000, 2],
    [60_000, 9_000, 3],
  ])(
    'reloads at least twice in a claim window of %i ms with a presence timeout of %i ms: each %i s',
    (window, timeout, seconds) => {
      const { settings } = snapshot({ presence: { timeout } });
      const room = { ...settings, admission: { ...settings.admission, claim_window: window } };
      expect(reloadAfter(room)).toBe(seconds);
      expect(2 * reloadAfter(room) * 1000).toBeLessThanOrEqual(lineRules(room).claimWindow);
      expect(2 * pollAfter(room, 1_000_000) * 1000).toBeLessThanOrEqual(lineRules(room).claimWindow);
    },
  );
});

describe('the facts of a served visitor', () => {
  const states: [string, Place, Mode, Partial<Facts> | null][] = [
    ['served', { state: 'served', claimBy }, 'queue', { state: 'served', claim_by: '2026-11-24T10:01:00.000Z' }],
    ['served in a paused room', { state: 'served', claimBy }, 'paused', { state: 'served' }],
    ['served in a closed room', { state: 'served', claimBy }, 'closed', { state: 'closed' }],
    ['admitted', { state: 'admitted', admission, first: false }, 'queue', { state: 'served' }],
    ['admitted in a closed room', { state: 'admitted', admission, first: false }, 'closed', { state: 'served' }],
    ['over', { state: 'over' }, 'queue', { state: 'expired', rejoin: 'on_request' }],
    ['missed', { state: 'missed', away: false, front: true }, 'queue', { state: 'expired', rejoin: 'on_request' }],
    [
      'missed while absent',
      { state: 'missed', away: true, front: true },
      'queue',
      { state: 'expired', rejoin: 'by_itself' },
    ],
    ['missed in a closed room', { state: 'missed', away: true, front: true }, 'closed', { state: 'closed' }],
    ['returned', { state: 'returned' }, 'queue', { state: 'waiting' }],
    ['still waiting', { state: 'waiting' }, 'queue', { state: 'waiting' }],
    ['stale', { state: 'stale' }, 'queue', null],
  ];
  test.each(states)('%s', (_what, place, mode, wanted) => {
    const facts = servedFacts(inMode(mode), ticket, place);
    if (wanted === null) expect(facts).toBeNull();
    else expect(facts).toMatchObject({ ...wanted, number: 1204 });
  });

  test.each([
    ['paused', { stops: 'claim_windows' }, true],
    ['paused', { stops: 'nothing' }, undefined],
    ['paused', undefined, undefined],
    ['queue', { stops: 'claim_windows' }, undefined],
  ] as const)('in mode %s with pause %j have time_stopped %s', (mode, pause, stopped) => {
    const facts = servedFacts(snapshot({ mode, pause }), ticket, { state: 'served', claimBy });
    expect(facts?.time_stopped).toBe(stopped);
  });

  test.each([
    ['paused', 'claim_windows_and_admissions', true],
    ['paused', 'claim_windows', undefined],
    ['queue', 'claim_windows_and_admissions', undefined],
  ] as const)(
    'of a visitor inside, in mode %s with a pause that stops %s, have time_stopped %s',
    (mode, stops, stopped) => {
      const place = { state: 'admitted', admission, first: false } as const;
      const facts = servedFacts(snapshot({ mode, ...pauseSettings(stops) }), ticket, place);
      expect(facts?.time_stopped).toBe(stopped);
    },
  );

  test('have no people ahead', () => {
    expect(servedFacts(snapshot(), ticket, { state: 'served', claimBy })?.people_ahead).toBe(0);
  });
});
