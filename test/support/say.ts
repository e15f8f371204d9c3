import { createLocales } from '#pages/locale/index.ts';
import { createSay } from '#pages/locale/say.ts';

const locales = createLocales('panel/locales');

/** Says sentences for operators in a language of the panel. */
export const sayIn = (language: string) => createSay(locales.get(language).messages);

export const say = sayIn('en');
