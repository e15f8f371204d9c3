import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { CodeField } from '../../parts/code-field.tsx';
import { faultText } from '../../parts/fault-text.tsx';
import { TextField } from '../../parts/field.tsx';
import { news } from '../../parts/news.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { type Told, wordsOf } from '../../state/api.ts';
import { loadLanguages } from '../../state/languages.ts';
import type { RoomState } from '../../state/room.ts';
import { may } from '../../state/session.ts';
import { themeDraftOf } from '../../state/theme-draft.ts';
import { t } from '../../state/words.ts';
import { ThemeColours } from './theme/colours.tsx';
import { ThemeLogo } from './theme/logo.tsx';
import { ThemePreview } from './theme/preview.tsx';
import { ThemeTexts } from './theme/texts.tsx';

/** How the pages of a room look, and what they would look like. */
export function RoomTheme({ state }: { readonly state: RoomState }) {
  const trouble = useSignal<Told>('');
  useEffect(() => {
    loadLanguages().catch((error: unknown) => {
      trouble.value = wordsOf(error);
    });
  }, []);
  if (!may('operator')) return <p class="hint">{t('theme.for_operators')}</p>;
  return (
    <section class="theme" aria-label={t('tab.theme')}>
      <Trouble of={trouble} />
      {may('owner') && <ThemeForm state={state} />}
      <ThemePreview state={state} />
    </section>
  );
}

function ThemeForm({ state }: { readonly state: RoomState }) {
  const draft = themeDraftOf(state);
  const trouble = useSignal<Told>('');
  const theme = draft.theme.value;
  const faultOf = (field: string) => faultText({ of: draft.faults.value, field: `theme.${field}` });

  async function save(event: Event) {
    event.preventDefault();
    trouble.value = '';
    try {
      await draft.save();
      news.value = t('theme.saved');
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }

  return (
    <form onSubmit={save}>
      <h2>{t('tab.theme')}</h2>
      <p class="hint">{t('theme.hint')}</p>
      {draft.isOutdated.value && (
        <div class="banner" role="alert">
          <p>{t('theme.outdated')}</p>
          <button type="button" onClick={draft.startOver}>
            {t('theme.show_current')}
          </button>
        </div>
      )}
      <TextField
        label={t('theme.name')}
        hint={t('theme.name_hint')}
        fault={faultOf('name')}
        maxLength={100}
        autocomplete="off"
        value={theme.name ?? ''}
        onValue={(name) => draft.set({ name })}
      />
      <ThemeLogo draft={draft} fault={faultOf('logo')} />
      <ThemeColours draft={draft} />
      <ThemeTexts draft={draft} first={state.stored.value?.room.languages?.default ?? 'en'} />
      <details>
        <summary>{t('theme.code')}</summary>
        <CodeField
          label={t('theme.css')}
          hint={t('theme.css_hint')}
          fault={faultOf('css')}
          rows={8}
          value={theme.css ?? ''}
          onValue={(css) => draft.set({ css })}
        />
        <CodeField
          label={t('theme.template')}
          hint={t('theme.template_hint')}
          fault={faultOf('template')}
          rows={12}
          value={theme.template ?? ''}
          onValue={(template) => draft.set({ template })}
        />
      </details>
      <Trouble of={trouble} />
      <p class="actions">
        <button type="submit" class="primary" aria-disabled={!draft.isChanged.value}>
          {t('theme.save')}
        </button>
        {draft.isChanged.value && (
          <button type="button" onClick={draft.startOver}>
            {t('theme.start_over')}
          </button>
        )}
      </p>
    </form>
  );
}
