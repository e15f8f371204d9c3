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

/** Answers what is not known of all texts, or of one. */
export type ReadChanged = (known: ReadonlyMap<string, KnownText>, only?: string) => Promise<ChangedTexts>;

export interface FollowedTexts<T> {
  one(id: string): Promise<T | null>;
  /** In the order of the ids. */
  all(): Promise<T[]>;
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

  async function look(before: ReadonlyMap<string, Entry<T>>, only?: string): Promise<ReadonlyMap<string, T>> {
    const { ids, texts } = await read(before, only);
    const values = new Map<string, T>();
    for (const id of ids) {
      const [text, entry] = [texts.get(id), before.get(id)];
      if (text !== undefined) values.set(id, parsed(id, text, entry));
      else if (entry) values.set(id, entry.value);
    }
    return values;
  }

  return {
    async one(id) {
      const entry = known.get(id);
      const value = (await look(new Map(entry ? [[id, entry]] : []), id)).get(id) ?? null;
      // Only what there is is kept, so that invented ids fill no memory.
      if (value === null) known.delete(id);
      return value;
    },
    async all() {
      const values = await look(new Map(known));
      for (const id of known.keys()) if (!values.has(id)) known.delete(id);
      return [...values.values()];
    },
  };
}
