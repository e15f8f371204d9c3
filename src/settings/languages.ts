import { z } from 'zod';
import { fields } from './fields.ts';

const code = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language code such as de or zh-Hant');

/** The languages of a room's pages. A code that is not shipped is ignored: a page never fails for its language. */
export const languages = fields({ default: code.default('en'), offered: z.array(code).min(1).readonly().optional() })
  .refine((value) => value.offered?.includes(value.default) ?? true, {
    path: ['default'],
    message: 'must be one of offered',
  })
  .nullable()
  .optional()
  .describe("Languages of the visitors' pages: the default, and those offered. Without offered: all that are shipped.");
