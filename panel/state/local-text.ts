/** Texts of operators: one for all languages, or one by language. */
import type { LocalText, LocalTexts, MessagePreset } from '../../src/waiting-room/page-settings.ts';

export type Message = string | LocalTexts | { readonly preset: MessagePreset } | null;

export const textOf = (text: LocalText): string => (typeof text === 'string' ? text : text.text);

/** What the panel calls a room: its title in the operator's language, or in that of the room. */
export function titleOf(title: string | LocalTexts, language: string, roomLanguage = 'en'): string {
  if (typeof title === 'string') return title;
  return textOf(title[language] ?? title[roomLanguage] ?? title.en ?? Object.values(title)[0] ?? '');
}

/** Messages that the pages have in every language. */
export const PRESETS = [
  'technical_pause',
  'start_moved',
  'nearly_sold_out',
] as const satisfies readonly MessagePreset[];

export interface LanguageText {
  readonly code: string;
  readonly text: string;
  /** Where the operator has set it. */
  readonly dir?: 'ltr' | 'rtl' | undefined;
}

/** A message while it is written. */
export type MessageDraft =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'preset'; readonly preset: MessagePreset }
  | {
      readonly kind: 'languages';
      readonly texts: readonly LanguageText[];
      /** What the languages that are added begin with. */
      readonly preset?: MessagePreset | undefined;
    };

/** A title has no presets. */
export type TitleDraft = Exclude<MessageDraft, { readonly kind: 'preset' }>;

export function draftOf(title: string | LocalTexts): TitleDraft;
export function draftOf(message: Message): MessageDraft;
export function draftOf(message: Message): MessageDraft {
  if (message === null || typeof message === 'string') return { kind: 'text', text: message ?? '' };
  if (isPreset(message)) return { kind: 'preset', preset: message.preset };
  const texts = Object.entries(message).map(([code, text]) =>
    typeof text === 'string' ? { code, text } : { code, ...text },
  );
  return { kind: 'languages', texts };
}

/** The language that visitors read whose own has no text (src/pages/room-texts.ts). */
export function fallbackOf(texts: readonly LanguageText[], roomLanguage: string): string {
  const codes = texts.filter(({ text }) => text.trim() !== '').map(({ code }) => code);
  return [roomLanguage, 'en'].find((code) => codes.includes(code)) ?? codes[0] ?? roomLanguage;
}

/** The message as the API takes it. Null: none. */
export function messageOf(draft: TitleDraft): string | LocalTexts | null;
export function messageOf(draft: MessageDraft): Message;
export function messageOf(draft: MessageDraft): Message {
  if (draft.kind === 'preset') return { preset: draft.preset };
  if (draft.kind === 'text') return draft.text.trim() || null;
  const written = draft.texts.filter(({ text }) => text.trim() !== '');
  if (written.length === 0) return null;
  return Object.fromEntries(
    written.map(({ code, text, dir }) => [code, dir ? { text: text.trim(), dir } : text.trim()]),
  );
}

const isPreset = (message: LocalTexts | { readonly preset: MessagePreset }): message is { preset: MessagePreset } =>
  typeof message.preset === 'string' && Object.keys(message).length === 1;
