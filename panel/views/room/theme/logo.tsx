import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Field } from '../../../parts/field.tsx';
import type { ThemeDraft } from '../../../state/theme-draft.ts';
import { number, t } from '../../../state/words.ts';

export interface ThemeLogoProps {
  readonly draft: ThemeDraft;
  readonly fault: ComponentChildren;
}

/** What the service accepts, in bytes of the file. */
const MOST = 32 * 1024;

/** The picture above the pages, from a file of the operator. The preview shows it. */
export function ThemeLogo({ draft, fault }: ThemeLogoProps) {
  const tooLarge = useSignal('');
  const input = useRef<HTMLInputElement>(null);

  function read(file: File | undefined) {
    tooLarge.value = '';
    if (!file) return;
    if (file.size > MOST) {
      tooLarge.value = t('theme.logo_too_large', { size: number(Math.ceil(file.size / 1024)) });
      return;
    }
    const reader = new FileReader();
    reader.onload = () => draft.set({ logo: String(reader.result) });
    reader.readAsDataURL(file);
  }

  return (
    <>
      <Field label={t('theme.logo')} hint={t('theme.logo_hint')} fault={tooLarge.value || fault}>
        {(ids) => (
          <input
            {...ids}
            ref={input}
            type="file"
            accept="image/png,image/jpeg,image/webp,image/svg+xml"
            onChange={(event) => read(event.currentTarget.files?.[0])}
          />
        )}
      </Field>
      {draft.theme.value.logo && (
        <button
          type="button"
          onClick={() => {
            if (input.current) input.current.value = '';
            input.current?.focus();
            draft.set({ logo: '' });
          }}
        >
          {t('theme.logo_remove')}
        </button>
      )}
    </>
  );
}
