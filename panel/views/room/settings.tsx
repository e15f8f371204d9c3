import { useSignal } from '@preact/signals';
import { ActionDialog } from '../../parts/action-dialog.tsx';
import { Field, TextField } from '../../parts/field.tsx';
import { news } from '../../parts/news.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { call, type Fault, Refused, type Told, wordsOf } from '../../state/api.ts';
import type { RoomState } from '../../state/room.ts';
import { go } from '../../state/route.ts';
import { may } from '../../state/session.ts';
import { t } from '../../state/words.ts';

/** All settings of a room as the API has them, and what cannot be undone. */
export function RoomSettings({ state }: { readonly state: RoomState }) {
  const edited = useSignal(state.stored.value);
  const textOf = () => JSON.stringify(edited.value?.room, null, 2);
  const text = useSignal(textOf());
  const trouble = useSignal<Told>('');
  const faults = useSignal<readonly Fault[]>([]);
  const asks = useSignal<'reset' | 'delete' | null>(null);
  const isOutdated = state.stored.value?.etag !== edited.value?.etag;

  const showStored = () => {
    edited.value = state.stored.value;
    text.value = textOf();
    trouble.value = '';
    faults.value = [];
  };

  async function save(event: Event) {
    event.preventDefault();
    faults.value = [];
    trouble.value = '';
    try {
      const body: unknown = JSON.parse(text.value);
      const headers = edited.value?.etag ? { 'If-Match': edited.value.etag } : {};
      await call(`/rooms/${encodeURIComponent(state.id)}`, { method: 'PUT', body, headers });
      await state.load();
      showStored();
      news.value = t('settings.saved');
    } catch (error) {
      trouble.value = error instanceof SyntaxError ? t('settings.no_json', { why: error.message }) : wordsOf(error);
      if (!(error instanceof Refused)) return;
      faults.value = error.errors;
      if (error.errors.length > 1) trouble.value = t('settings.faults', { count: error.errors.length });
      // The banner then offers the current ones.
      if (error.status === 412) await state.load().catch(() => undefined);
    }
  }

  return (
    <section aria-label={t('tab.settings')}>
      <h2>{t('tab.settings')}</h2>
      {isOutdated && (
        <p class="banner" role="alert">
          {t('settings.outdated')}{' '}
          <button type="button" onClick={showStored}>
            {t('settings.show_current')}
          </button>
        </p>
      )}
      <form onSubmit={save}>
        <Field label={t('settings.json')} hint={t('settings.json_hint')}>
          {(ids) => (
            <textarea
              {...ids}
              class="code"
              rows={20}
              spellcheck={false}
              readOnly={!may('owner')}
              dir="ltr"
              value={text.value}
              onInput={(event) => {
                text.value = event.currentTarget.value;
              }}
            />
          )}
        </Field>
        <Trouble of={trouble} />
        {faults.value.length > 1 && (
          <ul>
            {faults.value.map(({ field, message }) => (
              <li key={field}>
                <code>{field}</code>{' '}
                <span lang="en" dir="ltr">
                  {message}
                </span>
              </li>
            ))}
          </ul>
        )}
        {may('owner') && (
          <button type="submit" class="primary">
            {t('settings.save')}
          </button>
        )}
      </form>
      {may('owner') && (
        <>
          <h2>{t('danger.title')}</h2>
          <p class="actions">
            {(['reset', 'delete'] as const).map((what) => (
              <button
                key={what}
                type="button"
                class="danger"
                onClick={() => {
                  asks.value = what;
                }}
              >
                {t(`danger.${what}`)}
              </button>
            ))}
          </p>
        </>
      )}
      {asks.value && (
        <NamedDialog
          state={state}
          what={asks.value}
          onClose={() => {
            asks.value = null;
          }}
        />
      )}
    </section>
  );
}

interface NamedDialogProps {
  readonly state: RoomState;
  readonly what: 'reset' | 'delete';
  readonly onClose: () => void;
}

/** Asks for the room's name, because this ends every place in line. */
function NamedDialog({ state, what, onClose }: NamedDialogProps) {
  const name = useSignal('');
  const counters = state.report.value?.counters;
  const path = `/rooms/${encodeURIComponent(state.id)}`;
  return (
    <ActionDialog
      title={t(`danger.${what}`)}
      action={t(`danger.${what}_action`)}
      isDangerous
      isReady={name.value.trim() === state.id}
      onAct={async () => {
        await call(what === 'reset' ? `${path}/reset` : path, { method: what === 'reset' ? 'POST' : 'DELETE' });
        if (what === 'delete') go('rooms');
        return t(`danger.${what}_done`, { room: state.id });
      }}
      onDone={(text) => {
        news.value = text;
      }}
      onClose={onClose}
    >
      <p class="plan">{t(`danger.${what}_plan`, { waiting: counters?.waiting ?? 0, inside: counters?.active ?? 0 })}</p>
      <TextField
        label={t('danger.name', { room: state.id })}
        required
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        value={name.value}
        onValue={(value) => {
          name.value = value;
        }}
      />
    </ActionDialog>
  );
}
