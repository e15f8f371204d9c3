/**
 * The languages of visitors' pages. Each is a file `locales/CODE.json`: its own name, its direction, and its messages in
 * the ICU message format. It imports http for cookies, and nothing of the rooms.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFormats, type Formats } from './formats.ts';
import { createMessages, type Messages } from './messages.ts';

/** What a locale's file contains. */
export interface LocaleFile {
  /** The language's name in itself. */
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
  readonly messages: Readonly<Record<string, string>>;
}

export interface Locale {
  /** A BCP 47 code, such as `en` or `zh-Hant`. */
  readonly code: string;
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
  readonly messages: Messages;
  readonly formats: Formats;
  /** The messages as they are written, in the ICU message format. */
  readonly texts: LocaleFile['messages'];
  /** The same locale with other texts for some keys. */
  withTexts(own: Readonly<Record<string, string>>): Locale;
}

/** The language of rooms that name none. */
export const FALLBACK = 'en';

export interface Locales {
  readonly codes: ReadonlySet<string>;
  get(code: string): Locale;
  /** For the picker, ordered by code. */
  readonly list: readonly Pick<Locale, 'code' | 'name' | 'dir'>[];
}

/** Reads every file at start, and creates a locale at its first use. @throws Error without the fallback. */
export function createLocales(folder: string): Locales {
  const files = new Map<string, LocaleFile>();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.json')) continue;
    files.set(file.slice(0, -'.json'.length), JSON.parse(readFileSync(join(folder, file), 'utf8')) as LocaleFile);
  }
  if (!files.has(FALLBACK)) throw new Error(`there is no ${FALLBACK}.json in ${folder}`);

  const created = new Map<string, Locale>();
  function get(code: string): Locale {
    const known = created.get(code);
    if (known) return known;
    const file = files.get(code);
    if (!file) return get(FALLBACK);
    const { name, dir, messages } = file;
    const locale = createLocale({ code, name, dir, formats: createFormats(code, dir) }, messages);
    created.set(code, locale);
    return locale;
  }

  return {
    codes: new Set(files.keys()),
    get,
    list: [...files].map(([code, { name, dir }]) => ({ code, name, dir })),
  };
}

function createLocale(of: Pick<Locale, 'code' | 'name' | 'dir' | 'formats'>, texts: LocaleFile['messages']): Locale {
  return {
    ...of,
    texts,
    messages: createMessages(of.code, texts),
    withTexts: (own) => createLocale(of, { ...texts, ...own }),
  };
}
