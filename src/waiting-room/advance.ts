import { tickInlet } from './inlets/index.ts';
import type { LineStore, SettingsStore } from './ports.ts';
import type { RoomId, RoomSettings } from './room.ts';

/** Lets the inlets do their work. Safe in any number of processes at once: each raise is one atomic step. */
export interface Advance {
  room(id: RoomId): Promise<void>;
  all(): Promise<void>;
}

export interface AdvanceDeps {
  readonly store: { readonly line: Pick<LineStore, 'raise'>; readonly settings: Pick<SettingsStore, 'room' | 'rooms'> };
  readonly now: () => number;
}

export function createAdvance({ store, now }: AdvanceDeps): Advance {
  async function advance(settings: RoomSettings): Promise<void> {
    const raise = settings.mode === 'queue' ? tickInlet(settings.inlet) : null;
    if (raise) await store.line.raise(settings.id, raise, now());
  }
  return {
    async room(id) {
      const settings = await store.settings.room(id);
      if (settings) await advance(settings);
    },
    async all() {
      const results = await Promise.allSettled((await store.settings.rooms()).map(advance));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}
