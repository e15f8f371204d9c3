import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Choice } from '../../../parts/choice.tsx';
import { SelectField } from '../../../parts/field.tsx';
import { Trouble } from '../../../parts/trouble.tsx';
import { call, Refused, type Told, wordsOf } from '../../../state/api.ts';
import { languages } from '../../../state/languages.ts';
import type { RoomState } from '../../../state/room.ts';
import { themeDraftOf } from '../../../state/theme-draft.ts';
import { t } from '../../../state/words.ts';
import { PreviewFrame } from './preview-frame.tsx';
import { PREVIEW_STATES, type PreviewState } from './preview-states.ts';

/** How long nobody types before the page is made, in ms. */
const PAUSE = 400;

/** The waiting page with the theme as it would be, in each state and language. */
export function ThemePreview({ state }: { readonly state: RoomState }) {
  const draft = themeDraftOf(state);
  const shown = useSignal<PreviewState>('waiting');
  const lang = useSignal(state.stored.value?.room.languages?.default ?? 'en');
  const look = useSignal<'light' | 'dark'>(matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  const size = useSignal<'phone' | 'wide'>('phone');
  /** The last preview that the service accepted, as JSON. */
  const accepted = useSignal('');
  const trouble = useSignal<Told>('');
  const theme = draft.theme.value;
  const preview = JSON.stringify({
    theme: Object.keys(theme).length === 0 ? null : theme,
    state: shown.value,
    lang: lang.value,
  });

  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(
      () => {
        const path = `/rooms/${encodeURIComponent(state.id)}/theme/preview`;
        call(path, { method: 'POST', body: JSON.parse(preview), signal: stop.signal })
          .then(() => {
            draft.faults.value = [];
            trouble.value = '';
            accepted.value = preview;
          })
          .catch((error: unknown) => {
            if (stop.signal.aborted) return;
            const isFaulty = error instanceof Refused && error.errors.length > 0;
            draft.faults.value = isFaulty ? error.errors : [];
            trouble.value = isFaulty ? '' : wordsOf(error);
          });
      },
      accepted.value === '' ? 0 : PAUSE,
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [preview, state]);

  const language = languages.value.find(({ code }) => code === lang.value);
  const faults = draft.faults.value;
  // Colours have their faults beside them, in the operator's language.
  const listed = faults.filter(({ field }) => !field.startsWith('theme.colours.'));
  return (
    <section class="preview" aria-label={t('theme.preview')}>
      <h2>{t('theme.preview')}</h2>
      <p class="hint">{t('theme.preview_hint')}</p>
      <div class="row">
        <SelectField
          label={t('theme.preview_state')}
          value={shown.value}
          options={PREVIEW_STATES.map((name) => [name, t(`theme.state.${name}`)])}
          onValue={(value) => {
            shown.value = value as PreviewState;
          }}
        />
        <SelectField
          label={t('theme.preview_language')}
          value={lang.value}
          options={languages.value.map(({ code, name }) => [code, name])}
          onValue={(value) => {
            lang.value = value;
          }}
        />
      </div>
      <div class="row">
        <Choice
          label={t('theme.preview_look')}
          value={look.value}
          options={{ light: t('theme.preview_look.light'), dark: t('theme.preview_look.dark') }}
          onValue={(value) => {
            look.value = value;
          }}
        />
        <Choice
          label={t('theme.preview_size')}
          value={size.value}
          options={{ phone: t('theme.preview_size.phone'), wide: t('theme.preview_size.wide') }}
          onValue={(value) => {
            size.value = value;
          }}
        />
      </div>
      <Trouble of={trouble} />
      <div role="status">
        {faults.length > 0 && <p class="fault">{t('theme.preview_faults', { faults: faults.length })}</p>}
        {faults.length === 0 && accepted.value !== '' && <p class="hint">{t('theme.preview_fine')}</p>}
      </div>
      {listed.length > 0 && (
        <ul class="faults">
          {listed.map(({ field, message }) => (
            <li key={`${field} ${message}`} lang="en" dir="ltr">
              <code>{field}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {accepted.value !== '' && (
        <PreviewFrame
          key={accepted.value}
          room={state.id}
          preview={accepted.value}
          title={t('theme.preview_frame', {
            state: t(`theme.state.${shown.value}`),
            language: language?.name ?? lang.value,
          })}
          look={look.value}
          size={size.value}
        />
      )}
    </section>
  );
}
