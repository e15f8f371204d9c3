import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { call } from '../../state/api.ts';
import { lastLook, rememberLook } from '../../state/last-look.ts';
import type { RoomState } from '../../state/room.ts';
import type { AuditEntry } from '../../state/types.ts';
import { dateOf, t } from '../../state/words.ts';
import { EntryHints, wordsOfAction } from '../audit.tsx';

/** What operators did in the room since this one last looked, newest first. */
export function SinceLastLook({ state }: { readonly state: RoomState }) {
  const since = useMemo(() => lastLook(state.id), [state]);
  const entries = useSignal<readonly AuditEntry[]>([]);

  useEffect(() => {
    call<readonly AuditEntry[]>('/audit?limit=200').then(
      ({ value }) => {
        const here = value.filter(({ subject }) => subject === state.id);
        entries.value = since === null ? [] : here.filter((entry) => entry.last_at > since);
        rememberLook(state.id, ['1970', ...here.map((entry) => entry.last_at)]);
      },
      () => undefined,
    );
  }, [state]);
  // What is seen as it happens is no news at the next visit.
  const latest = state.activity.value.find(({ type }) => type === 'operator.acted')?.time;
  useEffect(() => {
    if (latest) rememberLook(state.id, [latest]);
  }, [latest]);

  if (entries.value.length === 0) return null;
  return (
    <section aria-label={t('since.title')}>
      <h2>{t('since.title')}</h2>
      <ul class="feed">
        {entries.value.map((entry) => (
          <li key={entry.id}>
            <time dateTime={entry.last_at}>{dateOf(entry.last_at)}</time>{' '}
            <span>
              {wordsOfAction(entry)}
              <EntryHints of={entry} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
