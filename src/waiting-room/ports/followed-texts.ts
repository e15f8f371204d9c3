/**
 * What a process has read is read again only where it has changed. Settings are read every second or more often, and those
 * of a room with a theme can be hundreds of kilobytes.
 */
import { type Revision, revisionOf } from './revision.ts';

/** What the caller has of a text. */
export interface KnownText {
  readonly revision: Revision;
  /** In UTF-16 units. */
  readonly length: number;
}

/** Texts of a table, as far as they differ from those that the caller has. */
export interface ChangedTexts {
  /** The ids that there are, in their order. */
  readonly ids: readonly string[];
  /** By id: at least those whose revision is not the known one. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Answers what is not known of all texts, or of some. */
export type ReadChanged = (known: ReadonlyMap<string, KnownText>, only?: readonly string[]) => Promise<ChangedTexts>;

export interface FollowedTexts<T> {
  one(id: string): Promise<T | null>;
  /** In the order of the ids. */
  all(): Promise<T[]>;
  /** Those that there are, in the order of their ids. */
  some(ids: readonly string[]): Promise<T[]>;
}

interface Entry<T> extends KnownText {
  readonly text: string;
  readonly value: T;
}

/** Values of JSON texts. The same value is answered as long as its text is the same. */
export function followTexts<T>(read: ReadChanged): FollowedTexts<T> {
  const known = new Map<string, Entry<T>>();

  function parsed(id: string, text: string, before: Entry<T> | undefined): T {
    if (before?.text === text) return before.value;
    const value = JSON.parse(text) as T;
    known.set(id, { text, revision: revisionOf(text), length: text.length, value });
    return value;
  }

  async function look(
    before: ReadonlyMap<string, Entry<T>>,
    only?: readonly string[],
  ): Promise<ReadonlyMap<string, T>> {
    const { ids, texts } = await read(before, only);
    const values = new Map<string, T>();
    for (const id of ids) {
      const [text, entry] = [texts.get(id), before.get(id)];
      if (text !== undefined) values.set(id, parsed(id, text, entry));
      else if (entry) values.set(id, entry.value);
    }
    return values;
  }

  async function some(ids: readonly string[]): Promise<ReadonlyMap<string, T>> {
    const before = ids.flatMap((id) => {
      const entry = known.get(id);
      return entry ? [[id, entry] as const] : [];
    });
    const values = await look(new Map(before), [...ids].sort());
    // Only what there is is kept, so that invented ids fill no memory.
    for (const id of ids) if (!values.has(id)) known.delete(id);
    return values;
  }

  return {
    one: async (id) => (await some([id])).get(id) ?? null,
    some: async (ids) => (ids.length === 0 ? [] : [...(await some(ids)).values()]),
    async all() {
      const values = await look(new Map(known));
      for (const id of known.keys()) if (!values.has(id)) known.delete(id);
      return [...values.values()];
    },
  };
}
