import { expect, test } from 'vitest';
import { createTextFaults } from '#themes/texts.ts';

const textFaults = createTextFaults();

test.each([
  [{ en: { 'waiting.heading.waiting': 'You queue' } }],
  [{ de: { 'layout.trust': 'Warteraum von {host}' }, ar: { 'waiting.claim': "a '<' b" } }],
  [{ en: { 'waiting.next.no_script': 'It reloads every {seconds, plural, one {second} other {# seconds}}.' } }],
  [{ en: { 'waiting.next.before_start': 'Be here <b>in time</b>.' } }],
])('a text with the placeholders of its message is accepted: %j', (texts) => {
  expect(textFaults(texts)).toEqual([]);
});

test.each([
  [{ xx: { 'waiting.claim': 'Go' } }, ['xx'], 'is no language of the pages'],
  [{ en: { 'waiting.clam': 'Go' } }, ['en', 'waiting.clam'], 'is not a text of the pages'],
  [{ en: { constructor: 'Go' } }, ['en', 'constructor'], 'is not a text of the pages'],
  [{ de: { 'layout.trust': 'Warteraum' } }, ['de', 'layout.trust'], 'must have {host}'],
  [{ en: { 'waiting.claim': 'Go {name}' } }, ['en', 'waiting.claim'], 'has {name}: it may have no placeholders'],
  [{ en: { 'layout.trust': '{host} {site}' } }, ['en', 'layout.trust'], 'has {site}: it may have {host}'],
  [{ en: { 'layout.trust': '{host, number}' } }, ['en', 'layout.trust'], 'must have {host}'],
  [{ en: { 'waiting.claim': 'Go {' } }, ['en', 'waiting.claim'], 'is not an ICU message'],
  [{ en: { 'waiting.claim': '<i>Go</i>' } }, ['en', 'waiting.claim'], 'has <i>'],
  [{ en: { 'waiting.claim': '<b>Go' } }, ['en', 'waiting.claim'], 'is not an ICU message'],
])('another is refused by its name: %j', (texts, path, message) => {
  const [fault, ...more] = textFaults(texts as never);
  expect(more).toEqual([]);
  expect(fault?.path).toEqual(path);
  expect(fault?.message).toContain(message);
});
