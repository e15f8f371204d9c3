import { t } from '../state/words.ts';

export type ResultName = 'pass' | 'warn' | 'fail';

/** How a check came out: a word, and a colour that is not needed to read it. */
export function Result({ result }: { readonly result: ResultName }) {
  return <span class={`result ${result}`}>{t(`result.${result}`)}</span>;
}
