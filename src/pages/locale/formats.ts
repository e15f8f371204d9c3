import { memoizeRecent } from '#waiting-room/memoize-recent.ts';

/** Numbers as a page shows them. Intl formats are expensive to create and cheap to use, so all pages share one set. */
export interface Formats {
  number(value: number): string;
  /** A time that is written in ASCII, such as `10:22:36 UTC`, in the language's digits and in its order from left to right. */
  time(text: string): string;
  /** Seconds as days or, below two of them, as minutes. */
  duration(seconds: number): string;
  /** Seconds in whole minutes or, where these would be wrong and few, in seconds. Never longer than the limit itself. */
  timeLimit(seconds: number): string;
  /** A range of seconds in whole minutes: a measured range is no promise to the second. */
  minutes(range: { readonly low: number; readonly high: number }): string;
}

/** Seconds. */
const DAY = 24 * 60 * 60;

/** Seconds. Longer limits are told in minutes alone. */
const FEW_MINUTES = 10 * 60;

/** Beginnings of numbers that are cached, of each language. */
const BEGINNINGS = 1000;

/** Ranges of minutes that are cached, of each language. */
const RANGES = 1000;

/** The digits 0 to 9. */
const digitsOf = ({ format }: Intl.NumberFormat): string[] => Array.from({ length: 10 }, (_, digit) => format(digit));

/** LEFT-TO-RIGHT ISOLATE and POP DIRECTIONAL ISOLATE (UAX #9): text from the right would turn the parts of a time round. */
const [ISOLATE, POP] = ['\u2066', '\u2069'];

function createTimeFormat(language: string, dir: 'ltr' | 'rtl'): (text: string) => string {
  const digits = digitsOf(new Intl.NumberFormat(language));
  const write = (text: string) => text.replace(/\d/g, (digit) => digits[Number(digit)] ?? digit);
  return dir === 'rtl' ? (text) => `${ISOLATE}${write(text)}${POP}` : write;
}

/**
 * Formats numbers as Intl does. Each page shows a number that no other page shows, but the visitors of a moment share all
 * but its last three digits, which no language separates: so these are put behind a cached beginning.
 */
function createNumberFormat(language: string): (value: number) => string {
  const intl = new Intl.NumberFormat(language);
  const { format } = intl;
  const digits = digitsOf(intl);
  const beginnings = memoizeRecent((thousands) => {
    const whole = format(1000 * Number(thousands));
    return whole.slice(0, whole.length - 3 * (digits[0]?.length ?? 0));
  }, BEGINNINGS);

  return (value) => {
    if (!Number.isSafeInteger(value) || value < 1000) return format(value);
    const rest = value % 1000;
    const [hundreds, tens, ones] = [Math.floor(rest / 100), Math.floor(rest / 10) % 10, rest % 10];
    return `${beginnings.get(`${Math.floor(value / 1000)}`)}${digits[hundreds]}${digits[tens]}${digits[ones]}`;
  };
}

/** Formats ranges as Intl does, which takes as long as the rest of a page. The visitors of a moment share a few of them. */
function createRangeFormat(format: Intl.NumberFormat): (low: number, high: number) => string {
  const ranges = memoizeRecent((range) => {
    const [low = '', high = ''] = range.split(' ');
    return format.formatRange(Number(low), Number(high));
  }, RANGES);
  return (low, high) => ranges.get(`${low} ${high}`) ?? '';
}

export function createFormats(language: string, dir: 'ltr' | 'rtl' = 'ltr'): Formats {
  const minutes = createRangeFormat(
    new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', maximumFractionDigits: 0 }),
  );
  const days = new Intl.NumberFormat(language, { style: 'unit', unit: 'day', unitDisplay: 'long' });
  const long = new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
  const ofSeconds = new Intl.NumberFormat(language, { style: 'unit', unit: 'second', unitDisplay: 'long' });
  return {
    duration: (seconds) =>
      seconds >= 2 * DAY ? days.format(Math.round(seconds / DAY)) : long.format(Math.ceil(seconds / 60)),
    timeLimit: (seconds) =>
      seconds % 60 === 0 || seconds > FEW_MINUTES ? long.format(Math.floor(seconds / 60)) : ofSeconds.format(seconds),
    number: createNumberFormat(language),
    time: createTimeFormat(language, dir),
    minutes: ({ low, high }) => minutes(Math.floor(low / 60), Math.ceil(high / 60)),
  };
}
