/** An operator's own texts: messages of the locales, each with the placeholders of the message that it replaces. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Theme } from '#waiting-room/page-settings.ts';
import type { ThemeFault } from './fault.ts';

const FOLDER = join(import.meta.dirname, '../../locales');

type Element = ReturnType<IntlMessageFormat['getAst']>[number];

/** The kinds of parts in a message (`TYPE` of its parser). */
const LITERAL = 0;
const POUND = 7;
const TAG = 8;
/** Parts that choose between texts. */
const CHOICES: readonly number[] = [5, 6];

interface Known {
  readonly languages: ReadonlySet<string>;
  readonly messages: Readonly<Record<string, string>>;
}

/** Reads the languages and the messages of English. */
export function readKnownTexts(folder: string = FOLDER): Known {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const { messages } = JSON.parse(readFileSync(join(folder, 'en.json'), 'utf8')) as Pick<Known, 'messages'>;
  return { languages: new Set(files.map((file) => file.slice(0, -'.json'.length))), messages };
}

/** Checks texts. It reads the locales at its first use. */
export function createTextFaults(read: () => Known = readKnownTexts) {
  let known: Known | undefined;
  return (texts: NonNullable<Theme['texts']>): ThemeFault[] => {
    known ??= read();
    const { languages, messages } = known;
    return Object.entries(texts).flatMap(([language, given]): ThemeFault[] => {
      if (!languages.has(language)) {
        return [{ path: [language], message: `is no language of the pages: they are ${[...languages].join(', ')}` }];
      }
      return Object.entries(given).flatMap(([key, text]): ThemeFault[] => {
        const message = faultOf(key, text, language, messages);
        return message === null ? [] : [{ path: [language, key], message }];
      });
    });
  };
}

/** What is wrong with a text; null if nothing is. */
function faultOf(key: string, text: string, language: string, messages: Known['messages']): string | null {
  if (!Object.hasOwn(messages, key)) return 'is not a text of the pages: locales/en.json has all of their keys';
  const own = partsIn(text, language);
  if (own === null) return "is not an ICU message: close each { and <, or put it in quotes, as in '{'";
  const theirs = partsIn(messages[key] ?? '', 'en') ?? new Set();
  const missing = [...theirs].filter((part) => !own.has(part) && !part.startsWith('<'));
  if (missing.length > 0) return `must have ${missing.join(' and ')}`;
  const surplus = [...own].filter((part) => !theirs.has(part));
  if (surplus.length === 0) return null;
  return `has ${surplus.join(' and ')}: it may have ${theirs.size > 0 ? [...theirs].join(', ') : 'no placeholders and tags'}`;
}

/** Placeholders as `{name}` or `{name, kind}`, and tags as `<name>`. Null if it is not a message. */
function partsIn(text: string, language: string): ReadonlySet<string> | null {
  try {
    return new Set(namesIn(new IntlMessageFormat(text, language).getAst()));
  } catch {
    return null;
  }
}

function namesIn(elements: readonly Element[]): string[] {
  return elements.flatMap((element): string[] => {
    const { type } = element;
    if (type === LITERAL || type === POUND) return [];
    const { value } = element as { readonly value: string };
    if (type === TAG) return [`<${value}>`, ...namesIn((element as { readonly children: Element[] }).children)];
    if (!CHOICES.includes(type)) return [type === 1 ? `{${value}}` : `{${value}, ${KINDS[type] ?? 'other'}}`];
    const { options } = element as { readonly options: Record<string, { readonly value: Element[] }> };
    const inner = Object.values(options).flatMap((option) => namesIn(option.value));
    return [`{${value}, ${type === 6 ? 'plural' : 'select'}}`, ...inner];
  });
}

const KINDS: Readonly<Record<number, string>> = { 2: 'number', 3: 'date', 4: 'time' };
