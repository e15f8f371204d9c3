import { t } from './words.ts';

/** The most digits that a field of a number takes. */
const DIGITS = /^\d{1,9}$/;

/** The number that a field holds. Null for an empty field; NaN for what is no whole number of at least `least`. */
export function wholeNumberOf(text: string, least: number): number | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return DIGITS.test(trimmed) && Number(trimmed) >= least ? Number(trimmed) : Number.NaN;
}

/** What is wrong with the number of a field, in words. Undefined if nothing is. */
export const numberFault = (value: number | null, least: number): string | undefined =>
  Number.isNaN(value) ? t('field.whole_number', { least }) : undefined;
