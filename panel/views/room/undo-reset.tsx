import type { RoomState } from '../../state/room.ts';
import { may } from '../../state/session.ts';
import type { UndoableReset } from '../../state/types.ts';
import { dateOf, t } from '../../state/words.ts';
import { type Undoing, useUndo } from './use-undo.tsx';

const OF_RESETS: Undoing<UndoableReset> = {
  path: 'reset/undo',
  words: 'undo_reset',
  // The dialog says why one cannot be undone at this moment.
  isOffered: () => may('owner'),
  isReady: ({ refused }) => refused === null,
  done: ({ waiting }) => t('undo_reset.done', { waiting }),
  What: WhatUndoingDoes,
};

/** Brings the line of before a reset back, while it is kept. */
export function UndoReset({ state }: { readonly state: RoomState }) {
  const { button, dialog } = useUndo(state, OF_RESETS);
  return (
    <>
      {button}
      {dialog}
    </>
  );
}

function WhatUndoingDoes({ last }: { readonly last: UndoableReset }) {
  const { by, waiting, inside, issued_since: since, refused } = last;
  if (refused !== null) return <p class="plan">{t(`undo_reset.${refused}`)}</p>;
  return (
    <>
      <p class="plan">{t('undo_reset.plan', { by, at: dateOf(last.at), waiting, inside })}</p>
      <p class="hint">{t('undo_reset.hint', { since, until: dateOf(last.until) })}</p>
    </>
  );
}
