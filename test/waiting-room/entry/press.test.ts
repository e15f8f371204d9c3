import { describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { hasToPress, isPageHeartbeat, isPressDue, PRESS_LASTS, PRESSES_APART } from '#waiting-room/entry/press.ts';
import type { Mode } from '#waiting-room/room.ts';
import type { Ticket, TicketStanding } from '#waiting-room/ticket.ts';

const JOINED = 1_700_000_000_000;
const MINUTE = 60_000;
const SECOND = 1000;

type Challenge = 'off' | 'auto' | 'always';
const room = (challenge: Challenge = 'auto', mode: Mode = 'queue') =>
  roomSettings.parse({ id: 'sale', challenge, mode });
const ticket = (standing: TicketStanding = 'budgeted'): Ticket => ({
  ...{ room: 'sale', incarnation: 'AAAAAAAAAAA', generation: 1, number: 5, entry: null },
  ...{ visitor: 'visitor', joinedAt: JOINED, predicted: null, standing },
});

describe('a visitor has to press “Check again”', () => {
  test.each<[TicketStanding, Challenge, Mode, boolean]>([
    ['budgeted', 'auto', 'queue', true],
    ['budgeted', 'auto', 'paused', true],
    ['budgeted', 'always', 'queue', true],
    ['budgeted', 'off', 'queue', false],
    ['budgeted', 'auto', 'passthrough', false],
    ['proven', 'auto', 'queue', false],
    ['proven', 'always', 'queue', false],
    // A press keeps nobody present who needs a proof for that.
    ['unproven', 'auto', 'queue', false],
  ])('who is %s in a room with challenge %s in mode %s: %s', (standing, challenge, mode, expected) => {
    expect(hasToPress(room(challenge, mode), ticket(standing))).toBe(expected);
  });
});

describe('a load of the page is a heartbeat', () => {
  test.each<[string, number | null, number, boolean]>([
    ['at the join', null, 0, true],
    ['a quarter of an hour after the join', null, PRESS_LASTS, true],
    ['later, without a press', null, PRESS_LASTS + 1, false],
    ['a quarter of an hour after a press', 30 * MINUTE, 45 * MINUTE, true],
    ['later than that', 30 * MINUTE, 45 * MINUTE + 1, false],
    ['with a press that a process with a faster clock stamped', 30 * MINUTE, 30 * MINUTE - SECOND, true],
  ])('%s', (_, pressed, at, expected) => {
    const pressedAt = pressed === null ? null : JOINED + pressed;
    expect(isPageHeartbeat(room(), ticket(), pressedAt, JOINED + at)).toBe(expected);
  });

  test.each<[TicketStanding, Challenge]>([
    ['proven', 'auto'],
    ['budgeted', 'off'],
  ])('at any time for a visitor who is %s in a room with challenge %s', (standing, challenge) => {
    expect(isPageHeartbeat(room(challenge), ticket(standing), null, JOINED + 600 * MINUTE)).toBe(true);
  });
});

describe('a press counts', () => {
  test.each<[string, number | null, number, boolean]>([
    ['not right after the join', null, PRESSES_APART - 1, false],
    ['five minutes after the join', null, PRESSES_APART, true],
    ['after hours of sleep', null, 300 * MINUTE, true],
    ['not right after the one before', 30 * MINUTE, 30 * MINUTE + PRESSES_APART - 1, false],
    ['five minutes after the one before', 30 * MINUTE, 30 * MINUTE + PRESSES_APART, true],
  ])('%s', (_, pressed, at, expected) => {
    const pressedAt = pressed === null ? null : JOINED + pressed;
    expect(isPressDue(ticket(), pressedAt, JOINED + at)).toBe(expected);
  });

  test('in time for a visitor who presses every ten minutes, whenever the first press comes', () => {
    for (let first = 0; first <= 10 * MINUTE; first += SECOND) {
      let pressedAt: number | null = null;
      for (let at = JOINED + first; at < JOINED + 60 * MINUTE; at += 10 * MINUTE) {
        expect(isPageHeartbeat(room(), ticket(), pressedAt, at)).toBe(true);
        if (isPressDue(ticket(), pressedAt, at)) pressedAt = at;
      }
    }
  });

  test.each<TicketStanding>(['proven', 'unproven'])('for nobody who is %s', (standing) => {
    expect(isPressDue(ticket(standing), null, JOINED + PRESSES_APART)).toBe(false);
  });
});
