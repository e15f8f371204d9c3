import type { ServerResponse } from 'node:http';

/** Bytes that may wait for a slow client. Beyond that it gets no counters, and of events only how many it missed. */
const MOST_BEHIND = 64 * 1024;
/** A client that takes nothing for so long, in ms, has gone. */
const PATIENCE = 30_000;
/** How soon a client should reconnect, in ms. */
const RETRY = 2000;

/** One client of server-sent events, with bounded memory. */
export interface EventStream {
  /** Sends what the next of its kind replaces: a client that is behind is spared it. */
  sendLatest(text: string): void;
  /** Sends what counts: a client that is behind learns how many it missed. */
  sendEvent(text: string): void;
  /** Says why, and ends. */
  close(reason: string): void;
}

/** An event as text (HTML Standard, server-sent events). JSON has no line breaks of its own. */
export const eventText = (event: string, data: unknown) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** To be called after the headers were sent. */
export function createEventStream(res: ServerResponse, now: () => number): EventStream {
  let missed = 0;
  /** Since when the client has been behind; null while it is not. */
  let behindSince: number | null = null;
  res.write(`retry: ${RETRY}\n\n`);

  /** Whether there is nobody to write to, or too much is waiting to be sent. */
  function isBehind(): boolean {
    if (res.destroyed || res.writableEnded) return true;
    if (res.writableLength < MOST_BEHIND) {
      behindSince = null;
      return false;
    }
    behindSince ??= now();
    if (now() - behindSince >= PATIENCE) res.destroy();
    return true;
  }

  function write(text: string): void {
    if (missed > 0) {
      res.write(eventText('missed', { events: missed }));
      missed = 0;
    }
    res.write(text);
  }

  return {
    sendLatest(text) {
      if (!isBehind()) write(text);
    },
    sendEvent(text) {
      if (isBehind()) missed += 1;
      else write(text);
    },
    close(reason) {
      if (!res.writableEnded) res.end(eventText('closed', { reason }));
    },
  };
}
