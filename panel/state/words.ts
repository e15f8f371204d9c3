/** The words of the panel in the operator's language, and how numbers, durations and times look in it. */
import { IntlMessageFormat } from 'intl-messageformat';
import de from '../locales/de.json';
import en from '../locales/en.json';

export type Key = keyof typeof en.messages;
export type Values = Readonly<Record<string, string | number>>;

/** The locale of the page, which the server chose. */
export const language = document.documentElement.lang === 'de' ? 'de' : 'en';

const messages: Readonly<Record<string, string>> = language === 'de' ? de.messages : en.messages;
const made = new Map<string, IntlMessageFormat>();

/** A message, as plain text. An unknown key is shown as it is. */
export function t(key: Key, values: Values = {}): string {
  let message = made.get(key);
  if (!message) {
    message = new IntlMessageFormat(messages[key] ?? en.messages[key] ?? key, language);
    made.set(key, message);
  }
  return String(message.format(values));
}

/** Whether a text, such as a code of the API, has a message. */
export const isKey = (key: string): key is Key => Object.hasOwn(en.messages, key);

const integers = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const percents = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
/** The region that the browser names for the language decides how times look. */
const region = navigator.languages.find((each) => each.startsWith(`${language}-`)) ?? language;
const clock = new Intl.DateTimeFormat(region, { timeStyle: 'medium' });
const date = new Intl.DateTimeFormat(region, { dateStyle: 'medium', timeStyle: 'short' });
const moment = new Intl.DateTimeFormat(region, { dateStyle: 'medium', timeStyle: 'medium' });

const minutes = new Intl.DateTimeFormat(region, { hour: 'numeric', minute: '2-digit' });
const days = new Intl.DateTimeFormat(region, { day: 'numeric', month: 'short' });

/** A tick of a time axis, in seconds since the epoch: the day where it is another than that of the tick before. */
export function axisTime(tick: number, before: number | undefined): string {
  const [at, last] = [new Date(tick * 1000), before === undefined ? null : new Date(before * 1000)];
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0;
  return isMidnight || (last && last.getDate() !== at.getDate()) ? days.format(at) : minutes.format(at);
}

export const number = (value: number): string => integers.format(value);
export const percent = (value: number): string => percents.format(value);
export const timeOf = (iso: string): string => clock.format(new Date(iso));
export const dateOf = (iso: string): string => date.format(new Date(iso));
/** A date and time with seconds, for entries that may be of the same minute. */
export const momentOf = (iso: string): string => moment.format(new Date(iso));

/** A duration in one unit that keeps two digits: `74 s`, `12 min`, `3 h`. No line breaks before the unit. */
export function duration(seconds: number): string {
  const [value, unit] = seconds < 120 ? [seconds, 's'] : seconds < 7200 ? [seconds / 60, 'min'] : [seconds / 3600, 'h'];
  return `${number(Math.round(value))}\u00a0${unit}`;
}

export function range(low: number, high: number): string {
  return low === high ? duration(low) : `${duration(low)}–${duration(high)}`;
}
