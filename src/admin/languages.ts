import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { Problem } from '#http/problem.ts';
import type { Views } from '#pages/views.ts';
import { languageCode } from '#settings/texts.ts';

const language = z
  .object({
    code: z.string(),
    name: z.string().describe('In the language itself.'),
    dir: z.enum(['ltr', 'rtl']),
  })
  .meta({ id: 'Language' });

const texts = z.record(z.string(), z.string()).meta({ id: 'PageTexts' });

export interface LanguageRoutesDeps {
  readonly locales: Pick<Views['locales'], 'list' | 'codes' | 'get'>;
}

/** The languages of visitors' pages, and the texts that a theme may replace. */
export function languageRoutes({ locales }: LanguageRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/languages',
      operationId: 'listLanguages',
      role: 'viewer',
      summary: "List the languages of visitors' pages",
      response: { 200: { description: 'The languages, by their code', schema: z.array(language) } },
      handle: async () => ({ status: 200, body: locales.list }),
    }),
    route({
      method: 'get',
      path: '/languages/:language/texts',
      operationId: 'getPageTexts',
      role: 'viewer',
      summary: 'Get the texts of the pages in a language, which theme.texts may replace by their key',
      params: z.object({ language: languageCode }),
      response: { 200: { description: 'ICU messages by their key', schema: texts } },
      problems: ['not_found'],
      async handle({ params }) {
        if (!locales.codes.has(params.language)) throw new Problem('not_found');
        return { status: 200, body: locales.get(params.language).texts };
      },
    }),
  ];
}
