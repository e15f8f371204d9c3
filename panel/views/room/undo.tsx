import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { ActionDialog } from '../../parts/action-dialog.tsx';
import { news } from '../../parts/news.tsx';
import { useKeptFocus } from '../../parts/use-kept-focus.ts';
import { useReload } from '../../parts/use-reload.ts';
import { call, newKey } from '../../state/api.ts';
import type { RoomState } from '../../state/room.ts';
import { may } from '../../state/session.ts';
import type { UndoableAction } from '../../state/types.ts';
import { dateOf, t } from '../../state/words.ts';

/** The most characters of a value that the dialog shows. */
const LONGEST = 120;

/** The button is null where there is no action that this operator may undo; the dialog is null while it is closed. */
export interface RoomUndo {
  readonly button: ComponentChildren;
  readonly dialog: ComponentChildren;
}

/** Undoes the latest action in the room. */
export function useRoomUndo(state: RoomState): RoomUndo {
  const path = `/rooms/${encodeURIComponent(state.id)}/undo`;
  const last = useSignal<UndoableAction | null>(null);
  const isOpen = useSignal(false);
  const load = async () => {
    last.value = (await call<{ readonly last: UndoableAction | null }>(path)).value.last;
  };
  const reload = () => void load().catch(() => undefined);
  const latest = state.activity.value.find(({ type }) => type === 'operator.acted')?.id;
  const etag = state.stored.value?.etag;
  useReload(path, reload, [latest, etag]);

  const action = last.value;
  const isOffered = action !== null && may(action.role);
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
        {t('undo.button')}
      </button>
    ),
    dialog: isOpen.value && (
      <UndoDialog
        path={path}
        action={action}
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

interface UndoDialogProps {
  readonly path: string;
  readonly action: UndoableAction | null;
  readonly onDone: () => Promise<void>;
  readonly onClose: () => void;
}

function UndoDialog({ path, action, onDone, onClose }: UndoDialogProps) {
  const key = useRef(newKey());
  return (
    <ActionDialog
      title={t('undo.title')}
      action={t('undo.action')}
      isReady={action !== null && may(action.role)}
      onAct={async () => {
        const id = action?.id ?? '';
        try {
          const { value } = await call<{ readonly undone: UndoableAction }>(path, {
            ...{ method: 'POST', body: { id } },
            headers: { 'Idempotency-Key': `${key.current}-${id}` },
          });
          const { undone } = value;
          return undone.action === 'raise' ? t('undo.raise_done', { lowers: undone.lowers_by }) : t('undo.done');
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
      {action ? <WhatUndoingDoes action={action} /> : <p class="plan">{t('undo.nothing')}</p>}
    </ActionDialog>
  );
}

function WhatUndoingDoes({ action }: { readonly action: UndoableAction }) {
  const { by } = action;
  const at = dateOf(action.at);
  if (action.action === 'raise') {
    const { raised_by: raised, unclaimed, lowers_by: lowers } = action;
    return (
      <>
        <p class="plan">{t('undo.raise', { by, at, raised, unclaimed, lowers })}</p>
        <p class="hint">{t('undo.raise_hint')}</p>
      </>
    );
  }
  const { fields, from, to } = action;
  return (
    <>
      <p class="plan">{t('undo.settings', { by, at })}</p>
      <ul>
        {fields.map((field) => (
          <li key={field}>
            {Object.hasOwn(to, field)
              ? t('undo.field', { field, from: shortOf(from[field]), to: shortOf(to[field]) })
              : t('undo.field_hidden', { field })}
          </li>
        ))}
      </ul>
    </>
  );
}

function shortOf(value: unknown): string {
  if (value === null || value === undefined) return t('undo.none');
  const characters = [...(typeof value === 'string' ? value : JSON.stringify(value))];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST).join('')}…` : characters.join('');
}
