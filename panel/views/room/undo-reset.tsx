import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { ActionDialog } from '../../parts/action-dialog.tsx';
import { news } from '../../parts/news.tsx';
import { useKeptFocus } from '../../parts/use-kept-focus.ts';
import { useReload } from '../../parts/use-reload.ts';
import { call, newKey } from '../../state/api.ts';
import type { RoomState } from '../../state/room.ts';
import { may } from '../../state/session.ts';
import type { UndoableReset } from '../../state/types.ts';
import { dateOf, t } from '../../state/words.ts';

/** Brings the line of before a reset back, while it is kept. */
export function UndoReset({ state }: { readonly state: RoomState }) {
  const path = `/rooms/${encodeURIComponent(state.id)}/reset/undo`;
  const last = useSignal<UndoableReset | null>(null);
  const isOpen = useSignal(false);
  const load = async () => {
    last.value = (await call<{ readonly last: UndoableReset | null }>(path)).value.last;
  };
  const reload = () => void load().catch(() => undefined);
  const latest = state.activity.value.find(({ type }) => type === 'operator.acted')?.id;
  useReload(path, reload, [latest]);

  const reset = last.value;
  useKeptFocus(reset !== null, !isOpen.value);
  if (!may('owner')) return null;
  return (
    <>
      {reset && (
        <button
          type="button"
          onClick={() => {
            reload();
            isOpen.value = true;
          }}
        >
          {t('undo_reset.button')}
        </button>
      )}
      {isOpen.value && (
        <UndoResetDialog
          path={path}
          reset={reset}
          onDone={async () => {
            await Promise.all([load(), state.load()]);
          }}
          onClose={() => {
            isOpen.value = false;
          }}
        />
      )}
    </>
  );
}

interface UndoResetDialogProps {
  readonly path: string;
  readonly reset: UndoableReset | null;
  readonly onDone: () => Promise<void>;
  readonly onClose: () => void;
}

function UndoResetDialog({ path, reset, onDone, onClose }: UndoResetDialogProps) {
  const key = useRef(newKey());
  return (
    <ActionDialog
      title={t('undo_reset.title')}
      action={t('undo_reset.action')}
      isReady={reset !== null && reset.refused === null}
      onAct={async () => {
        const id = reset?.id ?? '';
        try {
          const { value } = await call<{ readonly undone: UndoableReset }>(path, {
            ...{ method: 'POST', body: { id } },
            headers: { 'Idempotency-Key': `${key.current}-${id}` },
          });
          return t('undo_reset.done', { waiting: value.undone.waiting });
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
      {reset ? <WhatUndoingDoes reset={reset} /> : <p class="plan">{t('undo.nothing')}</p>}
    </ActionDialog>
  );
}

function WhatUndoingDoes({ reset }: { readonly reset: UndoableReset }) {
  const { by, waiting, inside, issued_since: since, refused } = reset;
  if (refused !== null) return <p class="plan">{t(`undo_reset.${refused}`)}</p>;
  return (
    <>
      <p class="plan">{t('undo_reset.plan', { by, at: dateOf(reset.at), waiting, inside })}</p>
      <p class="hint">{t('undo_reset.hint', { since, until: dateOf(reset.until) })}</p>
    </>
  );
}
