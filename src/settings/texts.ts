/**
 * Texts of operators: one for all, or one by language. The waiting room keeps the text of the default language apart, so
 * that whatever shows one text needs to know of no other.
 */
import { z } from 'zod';
import type { LocalMessage, LocalTexts, MessagePreset } from '#waiting-room/page-settings.ts';
import { isPreset, textOf } from '#waiting-room/page-settings.ts';
import type { LanguageSettings } from '#waiting-room/room.ts';
import { fields } from './fields.ts';
import { lineOfText, linesOfText } from './plain-text.ts';

export const languageCode = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language code such as de or zh-Hant');

const byLanguage = (text: ReturnType<typeof lineOfText>) =>
  z
    .record(languageCode, z.union([text, fields({ text, dir: z.enum(['ltr', 'rtl']) })]))
    .refine((texts) => Object.keys(texts).length > 0, { error: 'must have a language' });

/** The presets in English. The locales have them as `preset.NAME`. */
export const PRESETS: Readonly<Record<MessagePreset, string>> = {
  technical_pause: 'We are fixing a technical problem, so nobody is let in for a while. You keep your place.',
  start_moved: 'The start has moved. You keep your place, and this page shows the new time.',
  nearly_sold_out: 'Almost everything is gone. You may not get anything, even when your turn comes.',
};

export const title = z
  .union([lineOfText(200), byLanguage(lineOfText(200))])
  .optional()
  .describe('What visitors read: a text, or one by language, such as { en: Spring sale, de: Frühlingsaktion }.');

const message = z.union([
  linesOfText(2000),
  fields({ preset: z.enum(Object.keys(PRESETS) as [MessagePreset, ...MessagePreset[]]) }),
  byLanguage(linesOfText(2000)),
]);

/** A message to all who wait. */
export const messageOfRoom = message
  .nullable()
  .default(null)
  .describe('Your words to all who wait: a text, one by language, or a preset that every language has.');
export const messageOfEvent = message.nullable().optional();

export interface WireTexts {
  readonly title?: string | LocalTexts | undefined;
  readonly message?: string | LocalMessage | null | undefined;
}

export interface KeptTexts {
  readonly title?: string | undefined;
  readonly titles?: LocalTexts | undefined;
  readonly message?: string | null | undefined;
  readonly messages?: LocalMessage | undefined;
}

/** The texts as the waiting room keeps them. What is not given stays away. */
export function keepTexts({ title, message }: WireTexts, languages?: LanguageSettings | null): KeptTexts {
  const first = (texts: LocalTexts) =>
    textOf(texts[languages?.default ?? 'en'] ?? texts.en ?? Object.values(texts)[0] ?? '');
  const messageText = (given: LocalMessage) => (isPreset(given) ? PRESETS[given.preset] : first(given));
  return {
    ...(typeof title === 'string' ? { title } : title ? { title: first(title), titles: title } : {}),
    ...(typeof message === 'object' && message !== null
      ? { message: messageText(message), messages: message }
      : message === undefined
        ? {}
        : { message }),
  };
}

/** The texts as they were given. */
export function givenTexts({ title, titles, message, messages }: KeptTexts): WireTexts {
  const given = { title: titles ?? title, message: messages ?? message };
  return {
    ...(given.title === undefined ? {} : { title: given.title }),
    ...(given.message === undefined ? {} : { message: given.message }),
  };
}
