/** The texts of one locale as ICU messages. */
import ejs from 'ejs';
import { IntlMessageFormat } from 'intl-messageformat';

/** A part of a page that is HTML already. */
export class Markup {
  readonly html: string;
  constructor(html: string) {
    this.html = html;
  }
}

export type Value = string | number | Date | Markup;

export interface Messages {
  /**
   * A message as HTML. Each text that fills a placeholder is isolated in `<bdi>`, as its direction may differ from the
   * page's. `<b>…</b>` in a message becomes `<strong>`.
   */
  html(key: string, values?: Readonly<Record<string, Value>>): string;
  /** The same as plain text, for attributes and scripts. */
  plain(key: string, values: Readonly<Record<string, string | number>>): string;
  has(key: string): boolean;
}

/** Filled-in messages that a locale keeps, of some 200 bytes each. */
const MOST_FILLED_IN = 500;

/** @throws Error for a key that the locale does not have: the tests compare every key of every locale. */
export function createMessages(code: string, texts: Readonly<Record<string, string>>): Messages {
  const compiled = new Map<string, IntlMessageFormat>();
  /** Most pages of a moment fill in the same values: the site, the time of the snapshot. */
  const filledIn = new Map<string, string>();

  function messageOf(key: string): IntlMessageFormat {
    const known = compiled.get(key);
    if (known) return known;
    const text = texts[key];
    if (text === undefined) throw new Error(`the locale ${code} has no message "${key}"`);
    const message = new IntlMessageFormat(text, code);
    compiled.set(key, message);
    return message;
  }

  return {
    has: (key) => Object.hasOwn(texts, key),
    plain: (key, values) => String(messageOf(key).format(values)),
    html(key, values = {}) {
      const parts = Object.values(values).map((value) => (value instanceof Markup ? `html ${value.html}` : value));
      const asked = [key, ...parts].join('\n');
      const known = filledIn.get(asked);
      if (known !== undefined) return known;
      const html = fillIn(key, values);
      if (filledIn.size >= MOST_FILLED_IN) filledIn.clear();
      filledIn.set(asked, html);
      return html;
    },
  };

  function fillIn(key: string, values: Readonly<Record<string, Value>>): string {
    const given: Record<string, unknown> = { b: (parts: unknown[]) => new Markup(`<strong>${join(parts)}</strong>`) };
    for (const [name, value] of Object.entries(values)) {
      given[name] = typeof value === 'string' ? new Markup(`<bdi>${ejs.escapeXML(value)}</bdi>`) : value;
    }
    const parts = messageOf(key).format<Markup>(given as Record<string, Markup>);
    return join(Array.isArray(parts) ? parts : [parts]);
  }
}

function join(parts: readonly unknown[]): string {
  return parts.map((part) => (part instanceof Markup ? part.html : ejs.escapeXML(String(part)))).join('');
}
