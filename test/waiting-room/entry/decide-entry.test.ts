import { expect, test } from 'vitest';
import { decideEntry, type EntryDecision, type EntryFacts } from '#waiting-room/entry/decide-entry.ts';

const PLAIN: EntryFacts = { action: 'wait', challenge: 'auto', isProven: false, isLimited: false, isFull: false };

test.each<[string, Partial<EntryFacts>, EntryDecision]>([
  ['nothing is known of', {}, 'join'],
  ['comes from an address beyond its limit', { isLimited: true }, 'challenge'],
  ['is proven, from an address beyond its limit', { isLimited: true, isProven: true }, 'join'],
  ['is beyond the limit of a room that asks for no proof', { isLimited: true, challenge: 'off' }, 'join'],
  ['comes to a room where only proven visitors are present', { challenge: 'always' }, 'join'],
  ['a rule challenges', { action: 'challenge' }, 'challenge'],
  ['a rule challenges, and who is proven', { action: 'challenge', isProven: true }, 'join'],
  ['a rule challenges in a room that asks for no proof', { action: 'challenge', challenge: 'off' }, 'join'],
  ['comes to a full line', { isFull: true }, 'full'],
  ['is proven and comes to a full line', { isFull: true, isProven: true }, 'full'],
  ['comes to a full line that asks for no proof', { isFull: true, challenge: 'off' }, 'full'],
  ['is beyond the limit and comes to a full line', { isFull: true, isLimited: true }, 'full'],
  ['a rule lets pass by a full line', { isFull: true, action: 'bypass' }, 'bypass'],
  ['a rule lets pass, beyond the limit', { isLimited: true, action: 'bypass' }, 'bypass'],
  ['a rule refuses', { action: 'refuse' }, 'refuse'],
  ['a rule refuses, though proven', { action: 'refuse', isProven: true }, 'refuse'],
  ['a rule refuses at a full line', { action: 'refuse', isFull: true }, 'refuse'],
])('a newcomer who %s: %j is %s', (_, facts, decision) => {
  expect(decideEntry({ ...PLAIN, ...facts })).toBe(decision);
});
