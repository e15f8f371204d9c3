/** One room: its settings with their ETag, its report, and what happened in it since it was opened. */
import { type Signal, signal } from '@preact/signals';
import { call, Refused } from './api.ts';
import { mergeRaises } from './feed.ts';
import { follow } from './live.ts';
import type { ActivityEvent, Report, Room } from './types.ts';

export interface Stored {
  readonly room: Room;
  readonly etag: string | null;
}

export interface RoomState {
  readonly id: string;
  readonly stored: Signal<Stored | null>;
  readonly report: Signal<Report | null>;
  /** Newest first. */
  readonly activity: Signal<readonly ActivityEvent[]>;
  readonly isGone: Signal<boolean>;
  /** Reads the settings again. A room that does not exist is gone. */
  load(): Promise<void>;
  /** Merges a change into the settings; with an ETag only if nobody has changed them since. */
  patch(change: object, etag?: string | null): Promise<void>;
  /** Keeps it current until the returned function is called. */
  follow(): () => void;
}

const MOST_EVENTS = 200;
/** How often the settings are read again, in ms: another process may have changed what no number shows. */
const RELOAD = 5_000;

export function createRoomState(id: string): RoomState {
  const path = `/rooms/${encodeURIComponent(id)}`;
  const stored = signal<Stored | null>(null);
  const report = signal<Report | null>(null);
  const activity = signal<readonly ActivityEvent[]>([]);
  const isGone = signal(false);

  async function load(): Promise<void> {
    const { value, etag } = await call<Room>(path).catch((error: unknown) => {
      if (error instanceof Refused && error.status === 404) isGone.value = true;
      throw error;
    });
    // An open form starts over with other settings: the same ones are no news.
    if (etag === null || stored.value?.etag !== etag) stored.value = { room: value, etag };
  }

  const reload = () => void load().catch(() => undefined);

  return {
    ...{ id, stored, report, activity, isGone, load },
    async patch(change, etag) {
      const headers = etag ? { 'If-Match': etag } : {};
      const answer = await call<Room>(path, { method: 'PATCH', body: change, headers });
      stored.value = { room: answer.value, etag: answer.etag };
    },
    follow() {
      const unfollow = follow(`${path}/live`, {
        counters(news: Report) {
          report.value = news;
          // A change at another process is no event of this stream, but the numbers show it.
          if (stored.value && stored.value.room.mode !== news.mode) reload();
        },
        activity(event: ActivityEvent) {
          activity.value = mergeRaises([event, ...activity.value]).slice(0, MOST_EVENTS);
          // Another operator's change is seen here at once.
          if (event.type === 'operator.acted') reload();
        },
        closed({ reason }: { readonly reason: string }) {
          if (reason === 'room_deleted') isGone.value = true;
        },
      });
      const timer = setInterval(() => {
        if (document.visibilityState === 'visible') reload();
      }, RELOAD);
      const end = () => {
        unfollow();
        clearInterval(timer);
      };
      const unsubscribe = isGone.subscribe((isOver) => isOver && end());
      return () => {
        unsubscribe();
        end();
      };
    },
  };
}
