/** Dictionaries of Structured Fields (RFC 9651), as far as HTTP Message Signatures use them: no decimals, dates or text. */

/** A string, an integer, a boolean, bytes, or a token. */
export type BareItem = string | number | boolean | Uint8Array | { readonly token: string };
export type Parameters = ReadonlyMap<string, BareItem>;

export interface Item {
  readonly value: BareItem;
  readonly params: Parameters;
}

export interface InnerList {
  readonly items: readonly Item[];
  readonly params: Parameters;
}

export type Dictionary = ReadonlyMap<string, Item | InnerList>;

const KEY = /[a-z*][a-z0-9_\-.*]*/y;
const INTEGER = /-?\d{1,15}(?![\d.])/y;
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const TOKEN = /[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*/y;
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y;
const BOOLEAN = /\?([01])/y;
const SPACES = / */y;
/** Optional whitespace around the comma between members. */
const COMMA = /[ \t]*,[ \t]*/y;

class Malformed extends Error {}

/** A cursor over the text of a header. */
function createReader(text: string) {
  let at = 0;

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  }
  function need(pattern: RegExp): RegExpExecArray {
    const found = take(pattern);
    if (!found) throw new Malformed();
    return found;
  }
  function skip(letter: string): boolean {
    if (text[at] !== letter) return false;
    at += 1;
    return true;
  }

  function bareItem(): BareItem {
    switch (text[at]) {
      case '"':
        return need(STRING)[1]?.replace(/\\(.)/g, '$1') ?? '';
      case ':':
        return Buffer.from(need(BYTES)[1] ?? '', 'base64');
      case '?':
        return need(BOOLEAN)[1] === '1';
      default: {
        const integer = take(INTEGER);
        return integer ? Number(integer[0]) : { token: need(TOKEN)[0] };
      }
    }
  }

  function parameters(): Parameters {
    const params = new Map<string, BareItem>();
    while (skip(';')) {
      take(SPACES);
      const [key] = need(KEY);
      // The last one of a name counts, at its place (RFC 9651 §4.2.3.2).
      params.delete(key);
      params.set(key, skip('=') ? bareItem() : true);
    }
    return params;
  }

  const item = (): Item => ({ value: bareItem(), params: parameters() });

  function innerList(): InnerList {
    const items: Item[] = [];
    for (;;) {
      take(SPACES);
      if (skip(')')) return { items, params: parameters() };
      items.push(item());
      if (text[at] !== ' ' && text[at] !== ')') throw new Malformed();
    }
  }

  return { take, need, skip, item, innerList, parameters, isAtEnd: () => at === text.length };
}

/** Null for what is no dictionary. */
export function parseDictionary(text: string): Dictionary | null {
  return parse(text, (reader) => {
    const members = new Map<string, Item | InnerList>();
    if (reader.isAtEnd()) return members;
    do {
      const [key] = reader.need(KEY);
      members.delete(key);
      if (!reader.skip('=')) members.set(key, { value: true, params: reader.parameters() });
      else members.set(key, reader.skip('(') ? reader.innerList() : reader.item());
    } while (reader.take(COMMA));
    return members;
  });
}

/** Null for what is no item. */
export function parseItem(text: string): Item | null {
  return parse(text, (reader) => reader.item());
}

function parse<T>(text: string, read: (reader: ReturnType<typeof createReader>) => T): T | null {
  const reader = createReader(text.trim());
  try {
    const value = read(reader);
    return reader.isAtEnd() ? value : null;
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

export const isInnerList = (member: Item | InnerList): member is InnerList => 'items' in member;

export function serializeItem({ value, params }: Item): string {
  return serializeBareItem(value) + serializeParameters(params);
}

export function serializeInnerList({ items, params }: InnerList): string {
  return `(${items.map(serializeItem).join(' ')})${serializeParameters(params)}`;
}

function serializeParameters(params: Parameters): string {
  return [...params]
    .map(([key, value]) => (value === true ? `;${key}` : `;${key}=${serializeBareItem(value)}`))
    .join('');
}

function serializeBareItem(value: BareItem): string {
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '?1' : '?0';
  if (value instanceof Uint8Array) return `:${Buffer.from(value).toString('base64')}:`;
  return value.token;
}
