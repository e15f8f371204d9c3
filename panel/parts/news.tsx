import { signal } from '@preact/signals';

/** What the last action did. Screen readers read it. */
export const news = signal('');

export function News() {
  return (
    <p role="status" class="news">
      {news.value}
    </p>
  );
}
