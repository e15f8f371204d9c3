import { useSignal } from '@preact/signals';
import { copy } from '../state/clipboard.ts';
import { t } from '../state/words.ts';

/** Copies a text, and says whether it did. */
export function CopyButton({ name, text }: { readonly name: string; readonly text: string }) {
  const outcome = useSignal<'copied' | 'failed' | null>(null);
  return (
    <button
      type="button"
      aria-label={t('copy.label', { name })}
      onClick={() => {
        void copy(text).then((isCopied) => {
          outcome.value = isCopied ? 'copied' : 'failed';
        });
      }}
    >
      <span role="status">
        {outcome.value === null ? t('copy.button') : t(outcome.value === 'copied' ? 'copy.done' : 'copy.failed')}
      </span>
    </button>
  );
}
