import { expect, test } from 'vitest';
import { decideSender, type Sender, type SenderFacts } from '#waiting-room/entry/sender.ts';

const PLAIN: SenderFacts = { mode: '', origin: '', acceptsPage: true, isKnown: false };
const EVIL = 'https://evil.example';
const SHOP = { origin: 'https://shop.example', isKnown: true };

test.each<[string, Partial<SenderFacts>, Sender]>([
  ['a navigation without fetch metadata', {}, 'navigation'],
  ['a program', { acceptsPage: false }, 'navigation'],
  ['a navigation with fetch metadata', { mode: 'navigate' }, 'navigation'],
  ["a form's POST of another site, with fetch metadata", { mode: 'navigate', origin: EVIL }, 'navigation'],
  ['a fetch with fetch metadata', { mode: 'cors', origin: EVIL }, 'script'],
  ['an image with fetch metadata', { mode: 'no-cors' }, 'script'],
  ['a fetch of another site', { origin: EVIL, acceptsPage: false }, 'script'],
  ['a fetch of a known site', { ...SHOP, acceptsPage: false }, 'script'],
  ['a fetch of a page without an origin', { origin: 'null', acceptsPage: false }, 'script'],
  ['a fetch of another site that asks for HTML', { origin: EVIL }, 'foreign page'],
  ["a relying party's form", SHOP, 'navigation'],
  ['a form of a page that sends no referrer', { origin: 'null' }, 'navigation'],
])('%s: %j is of a %s', (_, facts, sender) => {
  expect(decideSender({ ...PLAIN, ...facts })).toBe(sender);
});
