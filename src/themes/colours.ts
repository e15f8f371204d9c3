/** The colours of a theme, and their contrast by WCAG 2.2, success criterion 1.4.3. */
import type { Theme, ThemeColours } from '#waiting-room/page-settings.ts';
import type { ThemeFault } from './fault.ts';

export type ColourName = keyof ThemeColours;
type Palette = Readonly<Record<ColourName, string>>;

export const SCHEMES = ['light', 'dark'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** The colours of assets/style.css, and their names there. */
export const PROPERTIES: Readonly<Record<ColourName, string>> = {
  text: '--ink',
  soft: '--soft',
  page: '--paper',
  card: '--card',
  line: '--line',
  accent: '--accent',
  on_accent: '--on-accent',
  notice: '--notice',
  notice_edge: '--notice-edge',
};

export const DEFAULTS: Readonly<Record<Scheme, Palette>> = {
  light: {
    ...{ text: '#1a1f2b', soft: '#4b5568', page: '#eef2f8', card: '#ffffff', line: '#c9d2e0' },
    ...{ accent: '#1d4ed8', on_accent: '#ffffff', notice: '#fdf3d7', notice_edge: '#8a6100' },
  },
  dark: {
    ...{ text: '#e8ecf4', soft: '#b3bdcd', page: '#10141c', card: '#1a202c', line: '#384357' },
    ...{ accent: '#8fb4ff', on_accent: '#0d1526', notice: '#3a3016', notice_edge: '#e0b44c' },
  },
};

/** AA for text. */
export const LEAST = 4.5;

/** Text, and what it is on somewhere in the pages. */
const PAIRS: readonly (readonly [text: ColourName, on: ColourName])[] = [
  ['text', 'page'],
  ['text', 'card'],
  ['text', 'notice'],
  ['soft', 'page'],
  ['soft', 'card'],
  ['accent', 'page'],
  ['accent', 'card'],
  ['on_accent', 'accent'],
];

/** The colours of a scheme. The text on an accent is the black or white that is easier to read, unless it is given. */
export function paletteOf(scheme: Scheme, given: ThemeColours = {}): Palette {
  const named = Object.fromEntries(Object.entries(given).filter(([, colour]) => colour !== undefined));
  const onAccent = given.accent && !given.on_accent ? { on_accent: readableOn(given.accent) } : {};
  return { ...DEFAULTS[scheme], ...onAccent, ...named };
}

/** A pair of colours that is hard to read. */
export interface LowContrast {
  /** The colour to change: one that is given. */
  readonly colour: ColourName;
  readonly text: ColourName;
  readonly on: ColourName;
  readonly ratio: number;
}

/** Every pair with a given colour that is hard to read. */
export function lowContrastsOf(scheme: Scheme, given: ThemeColours): LowContrast[] {
  const palette = paletteOf(scheme, given);
  return PAIRS.flatMap(([text, on]) => {
    const ratio = contrast(palette[text], palette[on]);
    if (ratio >= LEAST || (given[text] === undefined && given[on] === undefined)) return [];
    return [{ colour: given[text] === undefined ? on : text, text, on, ratio }];
  });
}

/** Every pair of a given colour that is hard to read, with its contrast. */
export function colourFaults(colours: NonNullable<Theme['colours']>): ThemeFault[] {
  return SCHEMES.flatMap((scheme) => {
    const given = colours[scheme];
    if (!given) return [];
    const palette = paletteOf(scheme, given);
    return lowContrastsOf(scheme, given).map(({ colour, text, on, ratio }) => ({
      path: [scheme, colour],
      message: `is hard to read: ${text} (${palette[text]}) on ${on} (${palette[on]}) has a contrast of ${shownRatio(ratio)}:1 in ${scheme}, and WCAG AA needs ${LEAST}:1`,
    }));
  });
}

/** The contrast ratio of two colours, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The declarations of the colours that are given, for both schemes. Empty without any. */
export function colourRules(colours: Theme['colours']): string {
  return SCHEMES.map((scheme) => {
    const given = colours?.[scheme];
    if (!given) return '';
    const palette = paletteOf(scheme, given);
    const declared = (Object.keys(PROPERTIES) as ColourName[])
      .map((name) => `${PROPERTIES[name]}:${palette[name]}`)
      .join(';');
    // Without a dark scheme of its own, the default dark scheme stays.
    return scheme === 'light'
      ? `@media not all and (prefers-color-scheme:dark){:root{${declared}}}\n`
      : `@media (prefers-color-scheme:dark){:root{${declared}}}\n`;
  }).join('');
}

/** Never rounded up to what would be enough. */
export const shownRatio = (ratio: number) => (Math.floor(ratio * 100) / 100).toFixed(2);

function readableOn(colour: string): string {
  return contrast(colour, '#ffffff') >= contrast(colour, '#000000') ? '#ffffff' : '#000000';
}

/** Relative luminance by WCAG 2.2. */
function luminance(colour: string): number {
  const digits = colour.slice(1);
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : (digits.match(/../g) ?? []);
  const [red = 0, green = 0, blue = 0] = pairs.map((pair) => {
    const value = Number.parseInt(pair, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
