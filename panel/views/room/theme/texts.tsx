import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { faultText } from '../../../parts/fault-text.tsx';
import { Field, SelectField, TextField } from '../../../parts/field.tsx';
import { Trouble } from '../../../parts/trouble.tsx';
import { type Told, wordsOf } from '../../../state/api.ts';
import { keysToShow } from '../../../state/keys-to-show.ts';
import { languages, textsOf } from '../../../state/languages.ts';
import type { ThemeDraft } from '../../../state/theme-draft.ts';
import { t } from '../../../state/words.ts';

/** More would be a wall. */
const MOST = 20;

export interface ThemeTextsProps {
  readonly draft: ThemeDraft;
  /** The language that is shown first. */
  readonly first: string;
}

/** Texts of the pages in the operator's own words, by language. */
export function ThemeTexts({ draft, first }: ThemeTextsProps) {
  const code = useSignal(first);
  const search = useSignal('');
  /** A text that is emptied stays while somebody writes it. */
  const written = useSignal<readonly string[]>([]);
  const all = useSignal<Readonly<Record<string, string>>>({});
  const trouble = useSignal<Told>('');
  const language = code.value;
  useEffect(() => {
    let isOver = false;
    textsOf(language)
      .then((texts) => {
        if (!isOver) all.value = texts;
        trouble.value = '';
      })
      .catch((error: unknown) => {
        if (!isOver) trouble.value = wordsOf(error);
      });
    return () => {
      isOver = true;
    };
  }, [language]);

  const texts = draft.theme.value.texts ?? {};
  const own = texts[language] ?? {};
  const shown = keysToShow(all.value, [...Object.keys(own), ...written.value], search.value, MOST);
  const { dir = 'ltr' } = languages.value.find((each) => each.code === language) ?? {};
  const replaced = Object.keys(texts).map((each) => languages.value.find(({ code: of }) => of === each)?.name ?? each);
  return (
    <details>
      <summary>{t('theme.texts')}</summary>
      <p class="hint">{t('theme.texts_hint')}</p>
      <SelectField
        label={t('theme.texts_language')}
        value={language}
        options={languages.value.map(({ code: of, name }) => [of, name])}
        onValue={(value) => {
          code.value = value;
          written.value = [];
        }}
      />
      {replaced.length > 0 && <p class="hint">{t('theme.texts_replaced', { languages: replaced.join(', ') })}</p>}
      <TextField
        label={t('theme.texts_search')}
        hint={t('theme.texts_found', { found: shown.length, searched: search.value.trim() === '' ? 'no' : 'yes' })}
        type="search"
        value={search.value}
        onValue={(value) => {
          search.value = value;
        }}
      />
      <Trouble of={trouble} />
      {shown.map((key) => (
        <Field
          key={`${language} ${key}`}
          label={
            <span lang={language} dir={dir}>
              {all.value[key] ?? key}
            </span>
          }
          hint={key}
          fault={faultText({ of: draft.faults.value, field: `theme.texts.${language}.${key}` })}
        >
          {(ids) => (
            <textarea
              {...ids}
              rows={2}
              lang={language}
              dir={dir}
              maxLength={2000}
              value={own[key] ?? ''}
              onInput={(event) => {
                written.value = [...written.value, key];
                draft.set({ texts: { ...texts, [language]: { ...own, [key]: event.currentTarget.value } } });
              }}
            />
          )}
        </Field>
      ))}
    </details>
  );
}
