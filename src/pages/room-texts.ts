/** What an operator wrote for the pages of a room, in a visitor's language. */
import type { Legal, LocalText, LocalUrl } from '#waiting-room/page-settings.ts';
import { isPreset, textOf } from '#waiting-room/page-settings.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { matchLanguage } from './locale/choose-language.ts';
import type { Locale } from './locale/index.ts';

/** A text, with the language and direction that it is in, if they are known. */
export interface ShownText {
  readonly text: string;
  readonly lang?: string;
  readonly dir?: 'ltr' | 'rtl';
}

export interface RoomTexts {
  readonly title: string;
  readonly message: ShownText | null;
  readonly legal: Readonly<Partial<Record<keyof Legal, string>>>;
  /** The route of the page that says what is stored; null where the room is not known. */
  readonly storage: string | null;
}

/** Views show these. A title or message in one language has no `lang`: the browser finds its direction. */
export function roomTexts(room: Partial<RoomSettings>, locale: Locale): RoomTexts {
  const { id, title = id ?? '', titles, legal } = room;
  return {
    title: titles ? shownIn(titles, locale, room).text : title,
    message: messageIn(room, locale),
    legal: legal ? urlsIn(legal, locale, room) : {},
    storage: id === undefined ? null : `/rooms/${id}/storage`,
  };
}

function messageIn(room: Partial<RoomSettings>, locale: Locale): ShownText | null {
  const { message, messages } = room;
  if (!messages) return message ? { text: message } : null;
  if (!isPreset(messages)) return shownIn(messages, locale, room);
  return { text: locale.messages.plain(`preset.${messages.preset}`, {}), lang: locale.code, dir: locale.dir };
}

function shownIn(texts: Readonly<Record<string, LocalText>>, locale: Locale, room: Partial<RoomSettings>): ShownText {
  const lang = languageIn(texts, locale, room);
  const given = texts[lang] ?? '';
  return { text: textOf(given), lang, dir: typeof given === 'object' ? given.dir : directionOf(lang) };
}

function languageIn(texts: Readonly<Record<string, unknown>>, locale: Locale, room: Partial<RoomSettings>): string {
  const codes = new Set(Object.keys(texts));
  const wishes = [locale.code, room.languages?.default ?? 'en', 'en'];
  for (const wish of wishes) {
    const found = matchLanguage(wish, codes);
    if (found !== undefined) return found;
  }
  return [...codes][0] ?? locale.code;
}

function urlsIn(legal: Legal, locale: Locale, room: Partial<RoomSettings>): RoomTexts['legal'] {
  const urlOf = (given: LocalUrl) => (typeof given === 'string' ? given : given[languageIn(given, locale, room)]);
  return Object.fromEntries(
    Object.entries(legal).flatMap(([name, given]) => (given === undefined ? [] : [[name, urlOf(given as LocalUrl)]])),
  );
}

/** Scripts from right to left, of the languages that are written in them (CLDR). */
const RIGHT_TO_LEFT = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'iw', 'ks', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi']);

const directionOf = (code: string) => (RIGHT_TO_LEFT.has(code.split('-')[0] ?? '') ? 'rtl' : 'ltr');
