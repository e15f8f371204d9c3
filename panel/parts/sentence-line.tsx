import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Sentence, sentenceOf } from '../state/sentence.ts';
import type { Report } from '../state/types.ts';
import { dateOf, duration, isKey, number, t } from '../state/words.ts';

/** A sentence in words. Seconds and times become text here, because their form depends on the language. */
export function wordsOfSentence({ key, values }: Sentence): string {
  const { seconds = 0, until, inside = 0, size = 0, present = 0, held = 0, perMinute = 0 } = values;
  return t(isKey(key) ? key : 'sentence.unknown', {
    since: duration(Number(seconds)),
    until: until === undefined ? '' : dateOf(String(until)),
    inside: number(Number(inside)),
    size: number(Number(size)),
    limited: Number(size) > 0 ? 'yes' : 'no',
    present: Number(present),
    held: Number(held),
    perMinute: Number(perMinute),
  });
}

/** What happens in a room at this moment. Its seconds go on between two messages of the stream. */
export function SentenceLine({ report }: { readonly report: Report }) {
  const extra = useSignal(0);
  useEffect(() => {
    extra.value = 0;
    const timer = setInterval(() => {
      extra.value += 1;
    }, 1000);
    return () => clearInterval(timer);
  }, [report]);
  const { seconds_since_last, ...rest } = report.let_in;
  const sentence = sentenceOf({ ...report, let_in: { ...rest, seconds_since_last: seconds_since_last + extra.value } });
  return <p class={`sentence ${sentence.tone}`}>{wordsOfSentence(sentence)}</p>;
}
