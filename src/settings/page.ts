/** The settings of a room that say how its pages look and answer. */
import { z } from 'zod';
import { duration } from './duration.ts';
import { fields, httpUrl } from './fields.ts';
import { languageCode } from './texts.ts';
import { theme } from './theme.ts';

const localUrl = z.union([httpUrl, z.record(languageCode, httpUrl)]).optional();

export const page = {
  status_code: z
    .literal([200, 202, 429, 503])
    .optional()
    .describe('The status of the waiting page: 200 unless set. With 429 and 503 it has Retry-After.'),
  notify: fields({
    email: z.boolean().default(false).describe('Whether visitors may ask for an e-mail. It takes SMTP_URL.'),
    push: z
      .boolean()
      .optional()
      .describe('Whether visitors may ask for a notification (Web Push). It takes VAPID_PUBLIC_KEY and its like.'),
    before: duration.prefault('5m').describe('How long before the earliest estimated turn it is sent.'),
  })
    .nullable()
    .optional()
    .describe('Messages to visitors ahead of their turn: one each, to those who ask for it. None unless set.'),
  legal: fields({ privacy: localUrl, imprint: localUrl, accessibility: localUrl, help: localUrl })
    .nullable()
    .optional()
    .describe("Links in the footer of the visitors' pages: a URL each, or one by language."),
  theme: theme.nullable().optional().describe('How the pages look: name, logo, colours, style sheet and texts.'),
};
