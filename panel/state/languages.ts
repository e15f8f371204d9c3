/** The languages of visitors' pages, and their texts. */
import { signal } from '@preact/signals';
import { call } from './api.ts';

export interface PageLanguage {
  readonly code: string;
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
}

export const languages = signal<readonly PageLanguage[]>([]);

export async function loadLanguages(): Promise<void> {
  if (languages.value.length === 0) languages.value = (await call<readonly PageLanguage[]>('/languages')).value;
}

/** Loaded once: a release does not change while the page is open. */
const texts = new Map<string, Readonly<Record<string, string>>>();

export async function textsOf(language: string): Promise<Readonly<Record<string, string>>> {
  const known = texts.get(language);
  if (known) return known;
  const { value } = await call<Readonly<Record<string, string>>>(`/languages/${encodeURIComponent(language)}/texts`);
  texts.set(language, value);
  return value;
}
