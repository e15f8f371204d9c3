import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { describe, expect, test } from 'vitest';
import { createLocales, type LocaleFile } from '#pages/locale/index.ts';

const FOLDER = join(import.meta.dirname, '../../locales');
const VIEWS = join(import.meta.dirname, '../../views');
const CODES = readdirSync(FOLDER).map((file) => file.replace('.json', ''));
const read = (code: string) => JSON.parse(readFileSync(join(FOLDER, `${code}.json`), 'utf8')) as LocaleFile;
const english = read('en').messages;

/** The placeholders and tags of a message, each once. */
function namesIn(elements: readonly MessageFormatElement[]): string[] {
  const names = elements.flatMap((element): string[] => {
    if (element.type === TYPE.literal || element.type === TYPE.pound) return [];
    const inner =
      element.type === TYPE.plural || element.type === TYPE.select
        ? Object.values(element.options).flatMap(({ value }) => namesIn(value))
        : element.type === TYPE.tag
          ? namesIn(element.children)
          : [];
    return [element.value, ...inner];
  });
  return [...new Set(names)].sort();
}

describe.each(CODES)('the locale %s', (code) => {
  const { name, dir, messages } = read(code);

  test('has a name, and the direction of its script', () => {
    expect(name).not.toBe('');
    expect(dir).toBe(['ar', 'he', 'fa', 'ur'].includes(code) ? 'rtl' : 'ltr');
    expect(Intl.getCanonicalLocales(code)).toEqual([code]);
    expect(Intl.NumberFormat.supportedLocalesOf(code)).toEqual([code]);
  });

  test('has every message of English and no other', () => {
    expect(Object.keys(messages)).toEqual(Object.keys(english));
    expect(Object.values(messages).filter((text) => text.trim() === '')).toEqual([]);
  });

  test('has the placeholders of English in each message, and all plural forms of its language', () => {
    for (const [key, text] of Object.entries(messages)) {
      expect([key, namesIn(parse(text))]).toEqual([key, namesIn(parse(english[key] ?? ''))]);
    }
    const { categories } = new Intl.PluralRules(code).resolvedOptions() as unknown as { categories?: string[] };
    const needed = new Intl.PluralRules(code).resolvedOptions().pluralCategories ?? categories ?? [];
    const [plural] = parse(messages['waiting.next.no_script'] ?? '').filter(({ type }) => type === TYPE.plural);
    // Fractions do not occur.
    const whole = needed.filter(
      (category) => category !== 'many' || !['es', 'fr', 'it', 'pt-BR', 'pt', 'ca'].includes(code),
    );
    expect(Object.keys((plural as { options: object } | undefined)?.options ?? {})).toEqual(
      expect.arrayContaining(whole),
    );
  });

  test('says nothing in English by mistake', () => {
    if (code === 'en') return;
    const same = Object.entries(messages).filter(([key, text]) => text === english[key] && text.length > 12);
    expect(same).toEqual([]);
  });
});

/** Languages in which a length of time, as Intl writes it, is a nominative: no preposition may govern it. */
const CASES = ['ar', 'cs', 'fi', 'hu', 'pl', 'ru', 'uk'];

/** Those in which it differs from what “about … before your turn” needs. */
const CASES_OF_ABOUT = ['ar', 'cs', 'pl', 'ru', 'uk'];

test.each(CASES_OF_ABOUT)('how long before the turn a notice is sent is after a colon in %s', (code) => {
  for (const key of ['notice.text', 'notice.push.text']) expect(read(code).messages[key]).toMatch(/: \{time\}\.$/);
});

test.each(CASES)('how long a place is held is after a colon in %s', (code) => {
  expect(read(code).messages['waiting.next.look']).toMatch(/: \{time\}\./);
});

test('every message is used by a view, and every view names only messages', () => {
  const source = readdirSync(VIEWS)
    .map((file) => readFileSync(join(VIEWS, file), 'utf8'))
    .join('\n');
  const used = new Set([
    ...[...source.matchAll(/\{\{([\w.]+)/g)].map(([, key]) => key),
    ...[...source.matchAll(/(?:html|plain)\('([\w.]+)'/g)].map(([, key]) => key),
    // error.ejs takes these by their code, the message of a room by its preset, and an e-mail has no view.
    ...Object.keys(english).filter((key) =>
      /^error\.(?!heading|back|code)|^preset\.|^notice\.(?:subject|mail|push\.body)/.test(key),
    ),
  ]);
  expect([...used].sort()).toEqual(Object.keys(english).sort());
});

test('a text that fills a placeholder is isolated and never markup', () => {
  const { messages } = createLocales(FOLDER).get('en');
  expect(messages.html('layout.trust', { host: '<b>x' })).toContain('<bdi>&lt;b&gt;x</bdi>');
});
