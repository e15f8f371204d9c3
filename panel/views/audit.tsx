import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ExportButton } from '../parts/export-button.tsx';
import { TextField } from '../parts/field.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { call, type Told, wordsOf } from '../state/api.ts';
import type { AuditEntry } from '../state/types.ts';
import { isKey, momentOf, t } from '../state/words.ts';

const PAGE = 50;

/** What operators did, latest first. */
export function AuditView() {
  const entries = useSignal<readonly AuditEntry[]>([]);
  const by = useSignal('');
  const hasMore = useSignal(false);
  const trouble = useSignal<Told>('');

  async function load(skip: number) {
    try {
      const query = new URLSearchParams({ limit: String(PAGE + 1), skip: String(skip) });
      if (by.value.trim()) query.set('by', by.value.trim());
      const { value } = await call<readonly AuditEntry[]>(`/audit?${query}`);
      entries.value = [...(skip === 0 ? [] : entries.value), ...value.slice(0, PAGE)];
      hasMore.value = value.length > PAGE;
      trouble.value = '';
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }
  useEffect(() => void load(0), []);

  return (
    <>
      <div class="heading">
        <h1>{t('nav.audit')}</h1>
        <p class="actions">
          {(['csv', 'json'] as const).map((format) => (
            <ExportButton key={format} path={`/audit?limit=1000&format=${format}`} file={`audit.${format}`}>
              {t('audit.export', { format: format.toUpperCase() })}
            </ExportButton>
          ))}
        </p>
      </div>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void load(0);
        }}
      >
        <TextField
          label={t('audit.by')}
          value={by.value}
          onValue={(value) => {
            by.value = value;
          }}
        />
        <button type="submit">{t('audit.filter')}</button>
      </form>
      <Trouble of={trouble} />
      {entries.value.length === 0 && trouble.value === '' && <p class="hint">{t('audit.none')}</p>}
      <ul class="feed">
        {entries.value.map((entry) => (
          <li key={entry.id}>
            <time dateTime={entry.last_at}>{momentOf(entry.last_at)}</time>{' '}
            <span>
              {wordsOfAction(entry)}
              <EntryHints of={entry} />
              {entry.detail !== null && (
                <details>
                  <summary>{t('audit.detail')}</summary>
                  <pre dir="ltr">{JSON.stringify(entry.detail, null, 2)}</pre>
                </details>
              )}
            </span>
          </li>
        ))}
      </ul>
      {hasMore.value && (
        <button type="button" onClick={() => void load(entries.value.length)}>
          {t('audit.more')}
        </button>
      )}
    </>
  );
}

/** How often it was repeated, why it was done, and what is missing beside it. */
export function EntryHints({ of: { count, time, reason, omitted = 0 } }: { readonly of: AuditEntry }) {
  const hints = [
    ...(count > 1 ? [t('audit.repeated', { count, first: momentOf(time) })] : []),
    ...(reason ? [t('audit.reason', { reason })] : []),
    ...(omitted > 0 ? [t('audit.omitted', { omitted })] : []),
  ];
  return hints.length > 0 ? <span class="hint"> {hints.join(' ')}</span> : null;
}

/** What an entry says, in a sentence. */
export function wordsOfAction({ action, by, subject, count }: AuditEntry): string {
  const key = `action.${action}`;
  return isKey(key) ? t(key, { by, subject, count }) : t('action.other', { by, subject, action });
}
