/** The texts of operators that people read. What breaks a page, a log line or a mail is refused where it is written. */
import { z } from 'zod';

const CONTROLS = /\p{Cc}/gu;
const CONTROLS_BUT_LINES = /[^\P{Cc}\n\r\t]/gu;
const VISIBLE = /[^\s\p{Cc}\p{Cf}\p{Z}]/u;

function faultOf(text: string, controls: RegExp, hasLines: boolean): string | null {
  if (!text.isWellFormed()) return 'must be Unicode text, without half of a surrogate pair';
  if (!VISIBLE.test(text)) return 'must not be only spaces';
  if (text.search(controls) < 0) return null;
  return `must have no control characters${hasLines ? ' but line breaks and tabs' : ' and no line breaks'}`;
}

/** What an earlier version stored, as this one accepts it. A text of which nothing would be left stays as it is. */
function clean(text: string, controls: RegExp): string {
  const cleaned = text.toWellFormed().replace(controls, '');
  return cleaned === '' ? text : cleaned;
}

/** A block of YAML ends with a line break. */
const withoutLastBreak = (text: string): string => text.replace(/\n$/, '');

const textWithout = (longest: number, controls: RegExp, hasLines: boolean, read = withoutLastBreak) =>
  z.codec(z.string().min(1).max(longest), z.string(), {
    decode(text, context) {
      const message = faultOf(read(text), controls, hasLines);
      if (message === null) return text;
      context.issues.push({ code: 'custom', message, input: text });
      return z.NEVER;
    },
    encode: (text) => clean(text, controls),
  });

/** A check of texts with lines that are not stored with the settings. */
export function refuseUnreadable({ value, issues }: z.core.ParsePayload<string>): void {
  const message = faultOf(withoutLastBreak(value), CONTROLS_BUT_LINES, true);
  if (message !== null) issues.push({ code: 'custom', message, input: value });
}

/** Whether nothing of a text can be seen. */
export const isBlank = (text: unknown): boolean => typeof text === 'string' && !VISIBLE.test(text);

/** A text of one line, of at most `longest` characters. */
export const lineOfText = (longest: number) => textWithout(longest, CONTROLS, false);

/** The same with line breaks and tabs. */
export const linesOfText = (longest: number) => textWithout(longest, CONTROLS_BUT_LINES, true);

/** A name that programs compare, of at most `longest` characters: even a line break at its end makes it another. */
export const exactName = (longest: number) => textWithout(longest, CONTROLS, false, (name) => name);
