import { expect, test } from 'vitest';
import type { Activity, Emit } from '#waiting-room/activity.ts';
import { decideRoomAlerts, type Raised, type RoomAlert, type RoomCondition } from '#waiting-room/alerts.ts';
import { createServiceAlerts } from '#waiting-room/service-alerts.ts';

const NOW = 10_000_000;
const WELL: RoomCondition = {
  mode: 'queue',
  present: 100,
  presentMinuteAgo: 110,
  letInLastMinute: 10,
  held: 0,
  secondsWithoutTurn: 2,
  turns: 100,
  reached: 90,
  abuseAt: null,
};

const decide = (room: Partial<RoomCondition>, before: Raised<RoomAlert> = {}) =>
  decideRoomAlerts(before, { ...WELL, ...room }, NOW);

test.each<[string, Partial<RoomCondition>, RoomAlert[]]>([
  ['all is well', {}, []],
  ['nobody was let in for a minute', { secondsWithoutTurn: 60 }, ['nobody_let_in']],
  ['nobody was let in for less', { secondsWithoutTurn: 59 }, []],
  ['nobody is there to be let in', { secondsWithoutTurn: 600, present: 0, presentMinuteAgo: 0 }, []],
  ['an operator paused the room', { secondsWithoutTurn: 600, mode: 'paused' }, []],
  ['the room is closed', { secondsWithoutTurn: 600, mode: 'closed' }, []],
  ['under half of the turns reached the site', { reached: 49 }, ['turns_not_reaching_site']],
  ['half of them did', { reached: 50 }, []],
  ['there were few turns', { turns: 19, reached: 0 }, []],
  ['half of the present went', { present: 40 }, ['present_halved']],
  ['half of the present were let in', { present: 40, letInLastMinute: 60 }, []],
  ['half of the present were let in or have a turn', { present: 0, held: 30, letInLastMinute: 30 }, []],
  ['half of the present went from a room that is closed', { present: 40, mode: 'closed' }, []],
  ['half of the present are let through', { present: 0, mode: 'passthrough' }, []],
  ['turns of a room that is closed do not reach the site', { reached: 0, mode: 'closed' }, []],
  ['few were present', { present: 2, presentMinuteAgo: 19 }, []],
  ['it is not known how many were present', { present: 2, presentMinuteAgo: null }, []],
  ['abuse was suspected', { abuseAt: NOW - 60_000 }, ['abuse']],
  ['abuse was suspected a while ago', { abuseAt: NOW - 300_000 }, []],
])('%s', (_, room, alerts) => {
  expect(decide(room).began).toEqual(alerts);
  expect(Object.keys(decide(room).raised)).toEqual(alerts);
});

test('a raised alert is not raised again, and keeps its time', () => {
  const before = { nobody_let_in: NOW - 5000 };
  expect(decide({ secondsWithoutTurn: 65 }, before)).toEqual({ raised: before, began: [], ended: [] });
});

test('an alert that came and went stays for a minute', () => {
  expect(decide({}, { present_halved: NOW - 59_000 })).toMatchObject({
    raised: { present_halved: NOW - 59_000 },
    ended: [],
  });
  expect(decide({}, { present_halved: NOW - 60_000 })).toEqual({ raised: {}, began: [], ended: ['present_halved'] });
});

test.each<[RoomAlert, RoomCondition['mode'], Partial<RoomCondition>]>([
  ['nobody_let_in', 'paused', { secondsWithoutTurn: 600 }],
  ['nobody_let_in', 'closed', { secondsWithoutTurn: 600 }],
  ['present_halved', 'closed', { present: 40 }],
  ['turns_not_reaching_site', 'closed', { reached: 0 }],
])('the alert %s ends at once in a room that is %s', (alert, mode, room) => {
  expect(decide({ ...room, mode }, { [alert]: NOW - 1000 }).ended).toEqual([alert]);
});

test('the alert that nobody is let in ends with the next turn', () => {
  expect(decide({}, { nobody_let_in: NOW - 1000 }).ended).toEqual(['nobody_let_in']);
});

test('a process raises its own alerts for store errors and clocks, and clears them', () => {
  let now = NOW;
  const events: Pick<Activity, 'type'>[] = [];
  const emit: Emit = (type, fields) => void events.push({ type, ...fields } as Activity);
  const alerts = createServiceAlerts({ emit, now: () => now });
  for (let n = 0; n < 4; n++) alerts.storeFailed();
  alerts.clockSkewed('store', 400);
  alerts.look();
  expect(events).toEqual([]);
  alerts.storeFailed();
  alerts.clockSkewed('processes', -700);
  alerts.look();
  alerts.look();
  expect(events).toEqual([
    { type: 'alert.raised', room: null, alert: 'store_errors' },
    { type: 'alert.raised', room: null, alert: 'clocks' },
  ]);
  alerts.clockSkewed('processes', 0);
  now += 61_000;
  alerts.look();
  expect(events.slice(2)).toEqual([
    { type: 'alert.cleared', room: null, alert: 'store_errors' },
    { type: 'alert.cleared', room: null, alert: 'clocks' },
  ]);
  expect(alerts.raised()).toEqual({});
});
