import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFormats } from '#pages/locale/formats.ts';

const LANGUAGES = readdirSync(new URL('../../locales', import.meta.url))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace('.json', ''));

describe('a number on a page', () => {
  it.each([...LANGUAGES, 'en-IN', 'ar-EG', 'mr'])('is written in %s as Intl writes it', (language) => {
    const { number } = createFormats(language);
    const intl = new Intl.NumberFormat(language);
    const value = fc.oneof(fc.nat(2000), fc.nat(20_000_000), fc.maxSafeNat(), fc.double({ noNaN: true }));
    fc.assert(fc.property(value, (each) => number(each) === intl.format(each)));
  });
});

describe('a range of minutes on a page', () => {
  it.each(LANGUAGES)('is written in %s as Intl writes it, also the second time', (language) => {
    const { minutes } = createFormats(language);
    const intl = new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', maximumFractionDigits: 0 });
    const seconds = fc.tuple(fc.nat(200_000), fc.nat(200_000)).map(([one, other]) => ({
      low: Math.min(one, other),
      high: Math.max(one, other),
    }));
    const isRight = (range: { low: number; high: number }) =>
      minutes(range) === intl.formatRange(Math.floor(range.low / 60), Math.ceil(range.high / 60));
    fc.assert(fc.property(seconds, (range) => isRight(range) && isRight(range)));
  });
});

describe('a time limit on a page', () => {
  it.each([
    [30, '30 seconds'],
    [60, '1 minute'],
    [90, '90 seconds'],
    [120, '2 minutes'],
    [150, '150 seconds'],
    [3659, '60 minutes'],
  ])('of %i s is “%s”, never longer than it is', (seconds, text) => {
    expect(createFormats('en').timeLimit(seconds)).toBe(text);
  });

  it.each(LANGUAGES)('is written in %s as Intl writes it', (language) => {
    const { timeLimit } = createFormats(language);
    const intl = (unit: string) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
    expect(timeLimit(90)).toBe(intl('second').format(90));
    expect(timeLimit(120)).toBe(intl('minute').format(2));
  });
});
