/** Numbers as pages write them. Making a format is dear, using it is not: one set serves all pages. */
export interface Formats {
  number(value: number): string;
  /** A range of so many seconds in whole minutes: what was measured is no promise to the second. */
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
