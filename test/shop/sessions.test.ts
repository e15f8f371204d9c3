import { expect, test } from 'vitest';
import { createSessions, type Session } from '../../examples/shop/sessions.ts';

const visitor = (sub: string, expiresAt = 1000): Session => ({ sub, room: 'sale', number: 1, expiresAt, idToken: sub });

test('the newest session of a visitor is the only one', () => {
  const sessions = createSessions({ now: () => 0 });
  const [first, other, second] = [visitor('ann'), visitor('bob'), visitor('ann')].map(sessions.open);
  expect(sessions.find(first)).toBeNull();
  expect(sessions.find(second)?.sub).toBe('ann');
  expect(sessions.find(other)?.sub).toBe('bob');
});

test('an end of a former session leaves the newest', () => {
  const sessions = createSessions({ now: () => 0 });
  const first = sessions.open(visitor('ann'));
  const second = sessions.open(visitor('ann'));
  sessions.end(first);
  expect(sessions.find(second)?.sub).toBe('ann');
  sessions.end(second);
  expect(sessions.find(second)).toBeNull();
});

test('sessions that are over are forgotten', () => {
  let now = 0;
  const sessions = createSessions({ now: () => now });
  const first = sessions.open(visitor('ann', 1000));
  now = 1000;
  sessions.open(visitor('bob', 2000));
  expect(sessions.find(first)).toBeNull();
});
