/** A theme that is being edited: what is stored, what it would become, and what is wrong with it. */
import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Theme } from '../../src/waiting-room/page-settings.ts';
import { type Fault, Refused } from './api.ts';
import { mergePatchOf } from './merge-patch.ts';
import type { RoomState, Stored } from './room.ts';

export interface ThemeDraft {
  readonly theme: ReadonlySignal<Theme>;
  /** What the service finds wrong with it. */
  readonly faults: Signal<readonly Fault[]>;
  readonly isChanged: ReadonlySignal<boolean>;
  /** Whether another operator changed the theme since the draft was begun. */
  readonly isOutdated: ReadonlySignal<boolean>;
  /** Changes parts of the draft. What is empty is left out. */
  set(change: Theme): void;
  /** Drops the draft for what is stored. */
  startOver(): void;
  /** Makes the draft live, unless the theme has changed since it was begun. */
  save(): Promise<void>;
}

/** By room, so that a draft is still there after a look at another part of the room. */
const drafts = new WeakMap<RoomState, ThemeDraft>();

export function themeDraftOf(state: RoomState): ThemeDraft {
  const draft = drafts.get(state) ?? createThemeDraft(state);
  drafts.set(state, draft);
  return draft;
}

export function createThemeDraft(state: Pick<RoomState, 'stored' | 'patch' | 'load'>): ThemeDraft {
  const base = signal<Stored | null>(state.stored.value);
  const theme = signal<Theme>(themeIn(base.value));
  const faults = signal<readonly Fault[]>([]);
  const isOutdated = computed(() => !isSame(themeIn(state.stored.value), themeIn(base.value)));
  const isChanged = computed(() => !isSame(theme.value, themeIn(base.value)));

  // Another setting that changes is no conflict: only the theme is saved here.
  effect(() => {
    const stored = state.stored.value;
    if (isSame(themeIn(stored), themeIn(base.peek()))) base.value = stored;
  });

  function startOver(): void {
    batch(() => {
      base.value = state.stored.value;
      theme.value = themeIn(base.value);
      faults.value = [];
    });
  }

  return {
    ...{ theme, faults, isOutdated, isChanged, startOver },
    set(change) {
      theme.value = cleaned({ ...theme.value, ...change });
    },
    async save() {
      try {
        await write();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.status !== 412) {
          faults.value = error.errors;
          throw error;
        }
        // The banner then offers the current one, unless only other settings changed.
        await state.load();
        if (isOutdated.value) throw error;
        await write();
      }
      startOver();
    },
  };

  /** Changes what is stored as long as it is what the draft was begun with. */
  async function write(): Promise<void> {
    const stored = base.value?.room.theme ?? null;
    const patch = isSame(theme.value, {}) ? null : mergePatchOf(stored, theme.value);
    await state.patch({ theme: patch }, base.value?.etag);
  }
}

const themeIn = (stored: Stored | null): Theme => cleaned(stored?.room.theme ?? {});

/** Without what is empty, in one order, so that equal themes are equal as JSON. */
function cleaned<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([key, each]) => [key, cleaned(each)] as const)
    .filter(([, each]) => each !== '' && each !== undefined && each !== null && JSON.stringify(each) !== '{}')
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(kept) as T;
}

const isSame = (one: Theme, other: Theme): boolean => JSON.stringify(one) === JSON.stringify(other);
