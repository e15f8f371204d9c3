import { z } from 'zod';
import { fields } from './fields.ts';
import { languageCode as code } from './texts.ts';

/** The languages of a room's pages. A code that is not shipped is ignored: a page never fails for its language. */
export const languages = fields({ default: code.default('en'), offered: z.array(code).min(1).readonly().optional() })
  .refine((value) => value.offered?.includes(value.default) ?? true, {
    path: ['default'],
    message: 'must be one of offered',
  })
  .nullable()
  .optional()
  .describe("Languages of the visitors' pages: the default, and those offered. Without offered: all that are shipped.");
