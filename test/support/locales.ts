/** The languages of the pages. They never change, and there are dozens: the services of a process share them. */
import { join } from 'node:path';
import { createLocales } from '#pages/locale/index.ts';

const ROOT = join(import.meta.dirname, '../..');

export const locales = {
  visitors: createLocales(join(ROOT, 'locales')),
  panel: createLocales(join(ROOT, 'panel/locales')),
};
