/** How the pages of a room look and answer. A room that an earlier version stored has none of these settings. */
import { hash } from 'node:crypto';

/** The status of the waiting page: what caches, CDNs and crawlers make of it. */
export type PageStatus = 200 | 202 | 429 | 503;

/** An operator's text in one language; without a direction it has that of the language. */
export type LocalText = string | { readonly text: string; readonly dir: 'ltr' | 'rtl' };

/** An operator's text by language, as BCP 47 codes. */
export type LocalTexts = Readonly<Record<string, LocalText>>;

/** A message that every locale has. */
export type MessagePreset = 'technical_pause' | 'start_moved' | 'nearly_sold_out';

export type LocalMessage = LocalTexts | { readonly preset: MessagePreset };

/** A URL, or one by language. */
export type LocalUrl = string | Readonly<Record<string, string>>;

/** Links in the footer of each page of a room. */
export interface Legal {
  readonly privacy?: LocalUrl | undefined;
  readonly imprint?: LocalUrl | undefined;
  readonly accessibility?: LocalUrl | undefined;
  readonly help?: LocalUrl | undefined;
}

/** The colours of one scheme, as `#rrggbb` or `#rgb`. Those that are not given are those of the pages without a theme. */
export interface ThemeColours {
  readonly text?: string | undefined;
  readonly soft?: string | undefined;
  readonly page?: string | undefined;
  readonly card?: string | undefined;
  readonly line?: string | undefined;
  readonly accent?: string | undefined;
  readonly on_accent?: string | undefined;
  readonly notice?: string | undefined;
  readonly notice_edge?: string | undefined;
}

/** How an operator dresses the pages of a room. Each part has been checked (`themes/`). */
export interface Theme {
  readonly name?: string | undefined;
  /** A data URL of an image. */
  readonly logo?: string | undefined;
  readonly colours?:
    | { readonly light?: ThemeColours | undefined; readonly dark?: ThemeColours | undefined }
    | undefined;
  readonly css?: string | undefined;
  /** A page in Mustache. */
  readonly template?: string | undefined;
  /** By language and the key of the locale. */
  readonly texts?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
}

/** Messages to visitors ahead of their turn. */
export interface NotifySettings {
  readonly email: boolean;
  /** Rooms that an earlier version stored have none. */
  readonly push?: boolean | undefined;
  /** How long before the earliest estimated turn, in ms. */
  readonly before: number;
}

export interface PageSettings {
  /** Null or missing: none. */
  readonly notify?: NotifySettings | null | undefined;
  readonly status_code?: PageStatus | undefined;
  /** Titles by language. `title` is that of the default language. */
  readonly titles?: LocalTexts | undefined;
  /** The message by language, or a preset. `message` is that of the default language. */
  readonly messages?: LocalMessage | undefined;
  readonly legal?: Legal | null | undefined;
  readonly theme?: Theme | null | undefined;
}

/** Changes with a message in several languages. Undefined for a message in one language, and for none. */
export const messageId = ({ messages }: PageSettings): string | undefined =>
  messages && hash('sha256', JSON.stringify(messages), 'base64url').slice(0, 12);

export const textOf = (text: LocalText): string => (typeof text === 'string' ? text : text.text);

export const isPreset = (message: LocalMessage): message is { readonly preset: MessagePreset } =>
  typeof message.preset === 'string' && Object.keys(message).length === 1;
