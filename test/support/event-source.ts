/** A client of server-sent events. */
export interface SentEvent {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: each event has its own shape.
  readonly data: any;
}

export interface EventSourceClient {
  readonly status: number;
  readonly headers: Headers;
  /** What came so far. */
  readonly events: readonly SentEvent[];
  /** Resolves with the next event of a type, or one that came before and was not asked for. Rejects at the end. */
  next(event: string): Promise<SentEvent>;
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

export async function openEvents(url: string, headers: Record<string, string>): Promise<EventSourceClient> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const events: SentEvent[] = [];
  const waiting = new Set<() => void>();
  let isOver = false;
  const taken = new Set<SentEvent>();
  const wake = () => {
    for (const each of waiting) each();
  };

  async function read(): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = /^event: (.*)$/m.exec(block)?.[1];
        if (event) events.push({ event, data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null') });
      }
      wake();
    }
  }

  const ended = read()
    .catch(() => undefined)
    .then(() => {
      isOver = true;
      wake();
    });
  return {
    status: response.status,
    headers: response.headers,
    events,
    ended,
    async next(event) {
      for (;;) {
        const found = events.find((each) => each.event === event && !taken.has(each));
        if (found) {
          taken.add(found);
          return found;
        }
        if (isOver) throw new Error(`the stream ended without ${event}`);
        await new Promise<void>((resolve) => {
          const again = () => {
            waiting.delete(again);
            resolve();
          };
          waiting.add(again);
        });
      }
    },
    close: () => abort.abort(),
  };
}
