/** How the pages of a room are dressed. */
import { z } from 'zod';
import { colourFaults, createTextFaults, cssFaults, readLogo, type ThemeFault, templateFaults } from '#themes/index.ts';
import { fields } from './fields.ts';
import { lineOfText, linesOfText } from './plain-text.ts';

// A theme lies in the settings of its room, which each process reads about once a second: all of it is bounded. In bytes.
const LONGEST_CSS = 16 * 1024;
const LONGEST_TEMPLATE = 16 * 1024;
/** All of them, with their keys, as JSON. */
const LONGEST_TEXTS = 32 * 1024;
/** Of a data URL: a logo of 32 KiB in base64, and some more. */
const LONGEST_LOGO = 48 * 1024;

const colour = z
  .string()
  .regex(/^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/, 'must be a colour such as #1d4ed8')
  .optional();

const scheme = fields({
  text: colour,
  soft: colour,
  page: colour,
  card: colour,
  line: colour,
  accent: colour,
  on_accent: colour,
  notice: colour,
  notice_edge: colour,
}).optional();

function logoFaults(url: string): ThemeFault[] {
  const read = readLogo(url);
  return 'fault' in read ? [{ path: [], message: read.fault }] : [];
}

const textFaults = createTextFaults();

/** A check that reports each fault at its path. */
function refuses<T>(faultsOf: (value: T) => readonly ThemeFault[]) {
  return ({ value, issues }: z.core.ParsePayload<T>) => {
    for (const { path, message } of faultsOf(value)) {
      issues.push({ code: 'custom', message, path: [...path], input: value });
    }
  };
}

/** Longer ones are refused before the other checks read them. */
const atMost = <T>(bytes: number, textOf: (value: T) => string) => ({
  check: (value: T) => Buffer.byteLength(textOf(value)) <= bytes,
  params: { error: `must be at most ${bytes / 1024} KiB`, abort: true },
});
const cssLength = atMost(LONGEST_CSS, (css: string) => css);
const logoLength = atMost(LONGEST_LOGO, (url: string) => url);
const templateLength = atMost(LONGEST_TEMPLATE, (template: string) => template);
const textsLength = atMost(LONGEST_TEXTS, (texts: Readonly<Record<string, unknown>>) => JSON.stringify(texts));

export const theme = fields({
  name: lineOfText(100).optional().describe('Who runs the sale, above each page.'),
  logo: z
    .string()
    .refine(logoLength.check, logoLength.params)
    .check(refuses(logoFaults))
    .optional()
    .describe('A data URL of a PNG, JPEG, WebP or SVG of at most 32 KiB.'),
  colours: fields({ light: scheme, dark: scheme })
    .check(refuses(colourFaults))
    .optional()
    .describe('Colours of the light and the dark scheme, as #rrggbb. Each text needs a contrast of 4.5:1.'),
  css: z
    .string()
    .refine(cssLength.check, cssLength.params)
    .check(refuses((css: string) => cssFaults(css)))
    .optional()
    .describe('A style sheet that is added to that of the pages. It loads nothing: no url(…), no @import.'),
  template: z
    .string()
    .refine(templateLength.check, templateLength.params)
    .check(refuses(templateFaults))
    .optional()
    .describe('The waiting page in Mustache, with {{{form}}} once. It runs and loads nothing.'),
  texts: z
    .record(z.string(), z.record(z.string(), linesOfText(2000)))
    .refine(textsLength.check, textsLength.params)
    .check(refuses(textFaults))
    .optional()
    .describe('Texts of the pages in other words, by language and by their key in locales/en.json.'),
}).meta({ id: 'Theme' });
