/** A theme as the pages need it: made once, and again only when the theme changes. */
import { createHash } from 'node:crypto';
import { type Encoded, encodedOnce } from '#http/encodings.ts';
import { colourRules, readLogo } from '#themes/index.ts';
import type { Theme } from '#waiting-room/page-settings.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Locale } from '../locale/index.ts';
import { type DressedPage, templateOf } from './template.ts';

/** A file of a theme, at a path that contains its hash. */
export interface ThemeFile {
  /** `style.1a2b3c4d5e6f.css`. */
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** The bytes in each coding. They are compressed once, when a browser first asks for them, on another thread. */
  encoded(): Promise<Encoded>;
}

export interface Dress {
  readonly name: string | null;
  /** The routes of the logo and the style sheet; null if there is none. */
  readonly logo: string | null;
  readonly stylesheet: string | null;
  readonly files: readonly ThemeFile[];
  /** Null if the pages are our own. */
  readonly template: DressedPage | null;
  /** The locale with the theme's own texts. */
  localeOf(locale: Locale): Locale;
}

export interface Dresses {
  /** Null for a room without a theme. */
  of(room: Partial<RoomSettings>): Dress | null;
}

/** Rooms whose dress is kept. */
const MOST_ROOMS = 1000;

export function createDresses(): Dresses {
  const made = new Map<string, { theme: Theme; readonly dress: Dress }>();
  return {
    of({ id = '', theme }) {
      if (!theme) return null;
      const known = made.get(id);
      if (known?.theme === theme) return known.dress;
      if (known && isSameTheme(known.theme, theme)) {
        // The next page of this snapshot compares no text.
        known.theme = theme;
        return known.dress;
      }
      const dress = dressOf(id, theme);
      if (made.size >= MOST_ROOMS) made.clear();
      made.set(id, { theme, dress });
      return dress;
    },
  };
}

export function dressOf(room: string, theme: Theme): Dress {
  const template = theme.template === undefined ? null : templateOf(theme.template);
  const css = [`${colourRules(theme.colours)}${theme.css ?? ''}`, template?.css ?? ''].filter(Boolean).join('\n');
  const sheet = css === '' ? null : fileOf('style', 'css', 'text/css; charset=utf-8', Buffer.from(css));
  const image = theme.logo === undefined ? null : readLogo(theme.logo);
  // A logo that this version refuses is left out: the page is there all the same.
  const logo = image && !('fault' in image) ? fileOf('logo', image.extension, image.type, image.bytes) : null;
  const routeOf = (file: ThemeFile | null) => file && `/rooms/${room}/theme/${file.name}`;
  const themed = new WeakMap<Locale, Locale>();
  return {
    name: theme.name ?? null,
    template: template?.page ?? null,
    logo: routeOf(logo),
    stylesheet: routeOf(sheet),
    files: [logo, sheet].filter((file) => file !== null),
    localeOf(locale) {
      const own = theme.texts?.[locale.code];
      if (!own) return locale;
      const known = themed.get(locale) ?? locale.withTexts(own);
      themed.set(locale, known);
      return known;
    },
  };
}

function fileOf(name: string, extension: string, type: string, bytes: Buffer): ThemeFile {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { name: `${name}.${hash}.${extension}`, type, bytes, encoded: encodedOnce(bytes, type) };
}

/** Each snapshot has its own copy of the theme. Equal texts are compared without a hash. */
function isSameTheme(one: Theme, other: Theme): boolean {
  const parts = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof Theme>;
  for (const part of parts) {
    const [a, b] = [one[part], other[part]];
    if (a !== b && (typeof a !== 'object' || JSON.stringify(a) !== JSON.stringify(b))) return false;
  }
  return true;
}
