import type { RoomState } from '../../state/room.ts';
import { may } from '../../state/session.ts';
import type { UndoableAction } from '../../state/types.ts';
import { dateOf, t } from '../../state/words.ts';
import { type Undo, type Undoing, useUndo } from './use-undo.tsx';

/** The most characters of a value that the dialog shows. */
const LONGEST = 120;

const OF_ACTIONS: Undoing<UndoableAction> = {
  path: 'undo',
  words: 'undo',
  isOffered: ({ role }) => may(role),
  isReady: ({ role }) => may(role),
  done: (undone) => (undone.action === 'raise' ? t('undo.raise_done', { lowers: undone.lowers_by }) : t('undo.done')),
  What: WhatUndoingDoes,
};

/** Undoes the latest action in the room. */
export const useRoomUndo = (state: RoomState): Undo => useUndo(state, OF_ACTIONS, [state.stored.value?.etag]);

function WhatUndoingDoes({ last }: { readonly last: UndoableAction }) {
  const { by } = last;
  const at = dateOf(last.at);
  if (last.action === 'raise') {
    const { raised_by: raised, unclaimed, lowers_by: lowers } = last;
    return (
      <>
        <p class="plan">{t('undo.raise', { by, at, raised, unclaimed, lowers })}</p>
        <p class="hint">{t('undo.raise_hint')}</p>
      </>
    );
  }
  const { fields, from, to } = last;
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
