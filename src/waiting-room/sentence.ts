/** A sentence for operators, in whatever language: the key of a message of `panel/locales`, and what fills it. */
export interface Sentence {
  readonly key: string;
  readonly values: SentenceValues;
}

/** A value may be a part of a sentence itself. */
export type SentenceValues = Readonly<Record<string, string | number | Sentence>>;

/** In the words of one language. */
export type Say = (sentence: Sentence) => string;

export const sentence = (key: string, values: SentenceValues = {}): Sentence => ({ key, values });
