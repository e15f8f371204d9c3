/** Server-sent events of the admin API, read with fetch: `EventSource` cannot send the CSRF token. */
import { computed, signal } from '@preact/signals';
import { csrfHeaders, loadSession, session } from './session.ts';

export type LiveState = 'connecting' | 'live' | 'interrupted';

/** Whether the numbers on the page are those of this moment. */
export const liveState = signal<LiveState>('connecting');
/** When the last news came, in ms. */
export const newsAt = signal(0);

/** How old the numbers may be, in ms, without a word about it. */
const FRESH = 2_000;
const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 250);

/** How old the news is, in ms. 0 until the first came. */
export const newsAge = computed(() => (newsAt.value === 0 ? 0 : Math.max(0, now.value - newsAt.value)));
/** Whether the numbers are those of this moment. */
export const isFresh = computed(() => liveState.value === 'live' && newsAge.value <= FRESH);

export type LiveHandlers = Readonly<Record<string, (data: never) => void>>;

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 10_000;
/** A stream that is silent for so long, in ms, counts as lost. */
const SILENCE = 6_000;

/** Follows a stream until the returned function is called. */
export function follow(path: string, handlers: LiveHandlers): () => void {
  const stopping = new AbortController();
  void run(path, handlers, stopping.signal);
  return () => {
    stopping.abort();
    // A view without a stream shows no numbers that could be old.
    newsAt.value = 0;
    liveState.value = 'connecting';
  };
}

async function run(path: string, handlers: LiveHandlers, stopped: AbortSignal): Promise<void> {
  let pause = FIRST_PAUSE;
  while (!stopped.aborted) {
    liveState.value = liveState.value === 'live' ? 'live' : 'connecting';
    try {
      await read(path, handlers, stopped, () => {
        pause = FIRST_PAUSE;
      });
    } catch {
      // The connection was lost; the next turn of the loop makes another.
    }
    if (stopped.aborted) return;
    liveState.value = 'interrupted';
    await new Promise((done) => setTimeout(done, pause * (0.75 + Math.random() / 2)));
    if (stopped.aborted) return;
    pause = Math.min(LONGEST_PAUSE, pause * 2);
    await loadSession().catch(() => undefined);
    if (session.value === null) return;
  }
}

async function read(path: string, handlers: LiveHandlers, stopped: AbortSignal, gotNews: () => void): Promise<void> {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), SILENCE);
  const signal = AbortSignal.any([stopped, silent.signal]);
  const answer = await fetch(`v1${path}`, { headers: csrfHeaders(), cache: 'no-store', signal });
  if (!answer.ok || !answer.body) throw new Error(`status ${answer.status}`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), SILENCE);
      const parts = (rest + value).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const event = /^event: (.+)$/m.exec(part)?.[1];
        const data = /^data: (.+)$/m.exec(part)?.[1];
        if (!event || !data) continue;
        if (event === 'unavailable') liveState.value = 'interrupted';
        else if (event !== 'closed') {
          liveState.value = 'live';
          newsAt.value = Date.now();
          gotNews();
        }
        handlers[event]?.(JSON.parse(data) as never);
      }
    }
  } finally {
    clearTimeout(timer);
  }
}
