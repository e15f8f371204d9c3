import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { MessagePreset } from '../../../../src/waiting-room/page-settings.ts';
import { Field, SelectField } from '../../../parts/field.tsx';
import { languages } from '../../../state/languages.ts';
import { fallbackOf, type LanguageText } from '../../../state/local-text.ts';
import { t } from '../../../state/words.ts';
import { presetText } from './message-presets.ts';

export interface TextByLanguageProps {
  readonly texts: readonly LanguageText[];
  /** The most characters of each. */
  readonly longest: number;
  /** Whether a text has no more than one line. */
  readonly isLine?: boolean;
  /** What a language that is added begins with; undefined: nothing. */
  readonly preset?: MessagePreset | undefined;
  /** The default language of the room's pages. */
  readonly roomLanguage: string;
  /** The languages of the room's pages; undefined: all. */
  readonly offered?: readonly string[] | undefined;
  /** Gets the texts of that moment: what was typed while the text of a preset was loaded stays. */
  readonly onChange: (change: (texts: readonly LanguageText[]) => readonly LanguageText[]) => void;
}

/** A text in each language that was added. */
export function TextByLanguage({
  texts,
  longest,
  isLine = false,
  preset,
  roomLanguage,
  offered,
  onChange,
}: TextByLanguageProps) {
  const box = useRef<HTMLDivElement>(null);
  const chosen = useSignal('');
  const focusOn = useRef('');
  const nameOf = (code: string) => languages.value.find((each) => each.code === code)?.name ?? code;
  const left = languages.value.filter(
    ({ code }) => (offered?.includes(code) ?? true) && !texts.some((each) => each.code === code),
  );
  const next = left.find(({ code }) => code === chosen.value)?.code ?? left[0]?.code;

  // A language that was added is written next, and the focus is not lost with one that was removed. An operator
  // who writes in another field by then stays there: the text of a preset may come late.
  useEffect(() => {
    const wanted = focusOn.current && box.current?.querySelector<HTMLElement>(focusOn.current);
    const isWriting = document.activeElement?.matches('input, textarea') ?? false;
    if (wanted && !isWriting) wanted.focus();
    focusOn.current = '';
  }, [texts.length]);

  async function add(code: string) {
    const text = preset === undefined ? '' : await presetText(preset, code);
    focusOn.current = `[data-language="${code}"]`;
    onChange((now) => (now.some((each) => each.code === code) ? now : [...now, { code, text }]));
  }

  return (
    <div ref={box}>
      {texts.map(({ code, text, dir }) => {
        const language = languages.value.find((each) => each.code === code);
        return (
          <div key={code} class="local">
            <Field label={<span lang={code}>{nameOf(code)}</span>}>
              {(ids) => {
                const given = {
                  ...{ ...ids, maxLength: longest, lang: code, dir: dir ?? language?.dir ?? ('auto' as const) },
                  ...{ 'data-language': code, value: text },
                  onInput: (event: { readonly currentTarget: { readonly value: string } }) => {
                    const { value } = event.currentTarget;
                    onChange((now) => now.map((each) => (each.code === code ? { ...each, text: value } : each)));
                  },
                };
                return isLine ? <input type="text" autocomplete="off" {...given} /> : <textarea rows={3} {...given} />;
              }}
            </Field>
            {texts.length > 1 && (
              <button
                type="button"
                class="quiet"
                onClick={() => {
                  focusOn.current = '[data-language]';
                  onChange((now) => now.filter((each) => each.code !== code));
                }}
              >
                {t('message.remove_language', { language: nameOf(code) })}
              </button>
            )}
          </div>
        );
      })}
      <p class="hint">{t('message.others_read', { language: nameOf(fallbackOf(texts, roomLanguage)) })}</p>
      {next !== undefined && (
        <div class="row">
          <SelectField
            label={t('message.language')}
            value={next}
            options={left.map(({ code, name }) => [code, name])}
            onValue={(code) => {
              chosen.value = code;
            }}
          />
          <button type="button" onClick={() => void add(next)}>
            {t('message.add_language')}
          </button>
        </div>
      )}
    </div>
  );
}
