import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { ActionDialog } from '../../parts/action-dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { news } from '../../parts/news.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { useReload } from '../../parts/use-reload.ts';
import { call, newKey, type Told, wordsOf } from '../../state/api.ts';
import type { RoomState } from '../../state/room.ts';
import { may } from '../../state/session.ts';
import { dateOf, t } from '../../state/words.ts';

interface Note {
  readonly id: string;
  readonly text: string;
  readonly by: string;
  readonly at: string;
}

/** What operators pinned for each other. */
export function RoomNotes({ state }: { readonly state: RoomState }) {
  const path = `/rooms/${encodeURIComponent(state.id)}/notes`;
  const notes = useSignal<readonly Note[]>([]);
  const isOpen = useSignal(false);
  const trouble = useSignal<Told>('');
  const load = async () => {
    notes.value = (await call<readonly Note[]>(path)).value;
  };
  const reload = () => void load().catch(() => undefined);
  const latest = state.activity.value.find(({ type }) => type === 'operator.acted')?.id;
  useReload(path, reload, [latest]);

  async function remove(note: Note) {
    trouble.value = '';
    try {
      await call(`${path}/${note.id}`, { method: 'DELETE' });
      news.value = t('notes.removed');
      await load();
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }

  const mayWrite = may('operator');
  if (notes.value.length === 0 && !mayWrite) return null;
  return (
    <section aria-label={t('notes.title')}>
      <ul class="feed">
        {notes.value.map((note) => (
          <li key={note.id}>
            <span>
              {note.text} <span class="hint">{t('notes.by', { by: note.by, at: dateOf(note.at) })}</span>{' '}
              {mayWrite && (
                <button
                  type="button"
                  class="quiet"
                  aria-label={t('notes.remove_one', { text: note.text })}
                  onClick={() => void remove(note)}
                >
                  {t('notes.remove')}
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
      <Trouble of={trouble} />
      {mayWrite && (
        <p class="actions">
          <button
            type="button"
            class="quiet"
            onClick={() => {
              isOpen.value = true;
            }}
          >
            {t('notes.button')}
          </button>
        </p>
      )}
      {isOpen.value && (
        <NoteDialog
          path={path}
          onDone={load}
          onClose={() => {
            isOpen.value = false;
          }}
        />
      )}
    </section>
  );
}

interface NoteDialogProps {
  readonly path: string;
  readonly onDone: () => Promise<void>;
  readonly onClose: () => void;
}

function NoteDialog({ path, onDone, onClose }: NoteDialogProps) {
  const text = useSignal('');
  const key = useRef(newKey());
  return (
    <ActionDialog
      title={t('notes.dialog')}
      action={t('notes.action')}
      isReady={text.value.trim() !== ''}
      onAct={async () => {
        await call(path, { method: 'POST', body: { text: text.value }, headers: { 'Idempotency-Key': key.current } });
        await onDone();
        return t('notes.done');
      }}
      onDone={(done) => {
        news.value = done;
      }}
      onClose={onClose}
    >
      <Field label={t('notes.text')} hint={t('notes.hint')}>
        {(ids) => (
          <textarea
            {...ids}
            rows={3}
            maxLength={500}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
              key.current = newKey();
            }}
          />
        )}
      </Field>
    </ActionDialog>
  );
}
