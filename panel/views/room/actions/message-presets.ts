/** Messages that the pages have in every language. */
import type { MessagePreset } from '../../../../src/waiting-room/page-settings.ts';
import { textsOf } from '../../../state/languages.ts';
import { language as ownLanguage, t } from '../../../state/words.ts';

/** A preset in a language; in the operator's own if its texts cannot be read. */
export async function presetText(preset: MessagePreset, language: string): Promise<string> {
  const own = t(`message.preset.${preset}`);
  if (language === ownLanguage) return own;
  const texts = await textsOf(language).catch(() => null);
  return texts?.[`preset.${preset}`] ?? own;
}
