import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { colourFaults, contrast, DEFAULTS, PROPERTIES, paletteOf, SCHEMES } from '#themes/colours.ts';

const STYLES = readFileSync(join(import.meta.dirname, '../../assets/style.css'), 'utf8');
const [light = '', dark = ''] = [...STYLES.matchAll(/:root \{([^}]*)\}/g)].map(([, declared]) => declared);

const full = (colour: string) => (colour.length === 4 ? `#${[...colour.slice(1)].map((d) => d + d).join('')}` : colour);

describe('the default colours', () => {
  test.each([
    ['light', light],
    ['dark', dark],
  ] as const)('of the %s scheme are those of the pages', (scheme, declared) => {
    const found = Object.fromEntries(
      [...declared.matchAll(/(--[\w-]+): (#\w+);/g)].map(([, name = '', colour = '']) => [name, full(colour)]),
    );
    const expected = Object.entries(PROPERTIES).map(([name, property]) => [
      property,
      DEFAULTS[scheme][name as keyof typeof PROPERTIES],
    ]);
    expect(found).toEqual(Object.fromEntries(expected));
  });

  test.each(SCHEMES)('of the %s scheme can all be read', (scheme) => {
    expect(colourFaults({ [scheme]: DEFAULTS[scheme] })).toEqual([]);
  });
});

test.each([
  ['#000000', '#ffffff', 21],
  ['#fff', '#fff', 1],
  ['#767676', '#ffffff', 4.54],
  ['#777777', '#ffffff', 4.48],
])('the contrast of %s and %s is %d', (one, other, ratio) => {
  expect(contrast(one, other)).toBeCloseTo(ratio, 2);
  expect(contrast(other, one)).toBe(contrast(one, other));
});

describe('a colour that is hard to read', () => {
  test.each([
    ['light', { text: '#777777', page: '#ffffff' }, 'text', 'text (#777777) on page (#ffffff)', '4.47:1'],
    ['light', { accent: '#ffcc00' }, 'accent', 'accent (#ffcc00) on card (#ffffff)', '1.51:1'],
    ['light', { card: '#000000' }, 'card', 'text (#1a1f2b) on card (#000000)', '1.2'],
    ['dark', { accent: '#1d4ed8' }, 'accent', 'accent (#1d4ed8) on card (#1a202c)', '2.4'],
    ['dark', { accent: '#ffffff', on_accent: '#eeeeee' }, 'on_accent', 'on_accent (#eeeeee) on accent', '1.16:1'],
  ] as const)('of the %s scheme is refused by its pair and ratio: %j', (scheme, given, field, pair, ratio) => {
    const faults = colourFaults({ [scheme]: given });
    const fault = faults.find(({ message }) => message.includes(pair));
    expect(fault?.path).toEqual([scheme, field]);
    expect(fault?.message).toContain(`a contrast of ${ratio}`);
    expect(fault?.message).toContain(`in ${scheme}`);
  });
});

test('an accent gets a text that can be read on it', () => {
  expect(paletteOf('light', { accent: '#8a1c2b' }).on_accent).toBe('#ffffff');
  expect(paletteOf('dark', { accent: '#ffd54f' }).on_accent).toBe('#000000');
  for (let step = 0; step <= 255; step += 5) {
    const grey = `#${step.toString(16).padStart(2, '0').repeat(3)}`;
    expect(contrast(paletteOf('light', { accent: grey }).on_accent, grey)).toBeGreaterThanOrEqual(4.5);
  }
});
