/** Numbers as a page shows them. Intl formats are expensive to create and cheap to use, so all pages share one set. */
export interface Formats {
  number(value: number): string;
  /** Seconds as days or, below two of them, as minutes. */
  duration(seconds: number): string;
  /** A range of seconds in whole minutes: a measured range is no promise to the second. */
  minutes(range: { readonly low: number; readonly high: number }): string;
}

/** Seconds. */
const DAY = 24 * 60 * 60;

export function createFormats(language: string): Formats {
  const numbers = new Intl.NumberFormat(language);
  const minutes = new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', maximumFractionDigits: 0 });
  const days = new Intl.NumberFormat(language, { style: 'unit', unit: 'day', unitDisplay: 'long' });
  const long = new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
  return {
    duration: (seconds) =>
      seconds >= 2 * DAY ? days.format(Math.round(seconds / DAY)) : long.format(Math.ceil(seconds / 60)),
    number: (value) => numbers.format(value),
    minutes: ({ low, high }) => minutes.formatRange(Math.floor(low / 60), Math.ceil(high / 60)),
  };
}
