import { useComputed } from '@preact/signals';
import { isFresh, newsAge, newsAt } from '../state/live.ts';
import { duration, t } from '../state/words.ts';

/** Says whether the numbers are those of this moment, and otherwise how old they are. */
export function LiveBadge() {
  // Seconds: the badge is drawn again only when they change.
  const age = useComputed(() => Math.floor(newsAge.value / 1000));
  const words = isFresh.value
    ? t('live.live')
    : newsAt.value === 0
      ? t('live.connecting')
      : t('live.old', { age: duration(age.value) });
  return (
    <span class={`badge ${isFresh.value ? 'good' : 'look'}`}>
      <span class="dot" aria-hidden="true" /> {words}
    </span>
  );
}
