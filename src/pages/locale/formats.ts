/** Numbers as a page shows them. Intl formats are expensive to create and cheap to use, so all pages share one set. */
export interface Formats {
  number(value: number): string;
  /** A range of seconds in whole minutes: a measured range is no promise to the second. */
  minutes(range: { readonly low: number; readonly high: number }): string;
}

export function createFormats(language: string): Formats {
  const numbers = new Intl.NumberFormat(language);
  const minutes = new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', maximumFractionDigits: 0 });
  return {
    number: (value) => numbers.format(value),
    minutes: ({ low, high }) => minutes.formatRange(Math.floor(low / 60), Math.ceil(high / 60)),
  };
}
