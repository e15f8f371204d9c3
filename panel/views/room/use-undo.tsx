import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { ActionDialog } from '../../parts/action-dialog.tsx';
import { news } from '../../parts/news.tsx';
import { useKeptFocus } from '../../parts/use-kept-focus.ts';
import { useReload } from '../../parts/use-reload.ts';
import { call, newKey } from '../../state/api.ts';
import type { RoomState } from '../../state/room.ts';
import { t } from '../../state/words.ts';

/** What can be undone in a room, of one kind, and how the panel says it. */
export interface Undoing<Last extends { readonly id: string }> {
  /** Below the room: GET answers `last`, and POST with its id undoes it. */
  readonly path: string;
  /** Begins the keys of the words `button`, `title` and `action`. */
  readonly words: 'undo' | 'undo_reset';
  readonly isOffered: (last: Last) => boolean;
  readonly isReady: (last: Last) => boolean;
  /** What was undone, in words. */
  readonly done: (undone: Last) => string;
  /** Says what undoing it does. */
  readonly What: (props: { readonly last: Last }) => ComponentChildren;
}

/** The button is null where nothing can be undone that this operator may; the dialog is null while it is closed. */
export interface Undo {
  readonly button: ComponentChildren;
  readonly dialog: ComponentChildren;
}

/** @param reloadOn what else a change of which may change what can be undone. */
export function useUndo<Last extends { readonly id: string }>(
  state: RoomState,
  undoing: Undoing<Last>,
  reloadOn: readonly unknown[] = [],
): Undo {
  const path = `/rooms/${encodeURIComponent(state.id)}/${undoing.path}`;
  const last = useSignal<Last | null>(null);
  const isOpen = useSignal(false);
  const load = async () => {
    last.value = (await call<{ readonly last: Last | null }>(path)).value.last;
  };
  const reload = () => void load().catch(() => undefined);
  const latest = state.activity.value.find(({ type }) => type === 'operator.acted')?.id;
  useReload(path, reload, [latest, ...reloadOn]);

  const shown = last.value;
  const isOffered = shown !== null && undoing.isOffered(shown);
  useKeptFocus(isOffered, !isOpen.value);
  return {
    button: isOffered && (
      <button
        type="button"
        onClick={() => {
          reload();
          isOpen.value = true;
        }}
      >
        {t(`${undoing.words}.button`)}
      </button>
    ),
    dialog: isOpen.value && (
      <UndoDialog
        {...{ path, undoing, last: shown }}
        onDone={async () => {
          await Promise.all([load(), state.load()]);
        }}
        onClose={() => {
          isOpen.value = false;
        }}
      />
    ),
  };
}

interface UndoDialogProps<Last extends { readonly id: string }> {
  readonly path: string;
  readonly undoing: Undoing<Last>;
  readonly last: Last | null;
  readonly onDone: () => Promise<void>;
  readonly onClose: () => void;
}

function UndoDialog<Last extends { readonly id: string }>(props: UndoDialogProps<Last>) {
  const { path, undoing, last, onDone, onClose } = props;
  const key = useRef(newKey());
  return (
    <ActionDialog
      title={t(`${undoing.words}.title`)}
      action={t(`${undoing.words}.action`)}
      isReady={last !== null && undoing.isReady(last)}
      onAct={async () => {
        const id = last?.id ?? '';
        try {
          const { value } = await call<{ readonly undone: Last }>(path, {
            ...{ method: 'POST', body: { id } },
            headers: { 'Idempotency-Key': `${key.current}-${id}` },
          });
          return undoing.done(value.undone);
        } finally {
          // Refused or not, the dialog and the button show what can be undone by now.
          await onDone().catch(() => undefined);
        }
      }}
      onDone={(done) => {
        news.value = done;
      }}
      onClose={onClose}
    >
      {last ? <undoing.What last={last} /> : <p class="plan">{t('undo.nothing')}</p>}
    </ActionDialog>
  );
}
