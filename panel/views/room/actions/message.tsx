import { useSignal } from '@preact/signals';
import { ActionDialog } from '../../../parts/action-dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { news } from '../../../parts/news.tsx';
import { Refused } from '../../../state/api.ts';
import { t } from '../../../state/words.ts';
import type { ActionProps } from '../action-props.ts';

const PRESETS = ['technical', 'moved', 'nearly_sold_out'] as const;

/** The operator's words to all who wait. */
export function MessageDialog({ state, room, report, onClose }: ActionProps) {
  const etag = useSignal(state.stored.value?.etag ?? null);
  const first = useSignal(room.message);
  const text = useSignal(typeof room.message === 'string' ? room.message : '');
  const isByLanguage = room.message !== null && typeof room.message !== 'string';
  const trimmed = text.value.trim();

  async function send(): Promise<string> {
    try {
      await state.patch({ message: trimmed === '' ? null : trimmed }, etag.value);
    } catch (error) {
      if (error instanceof Refused && error.status === 412) {
        await state.load();
        etag.value = state.stored.value?.etag ?? null;
      }
      throw error;
    }
    return trimmed === '' ? t('message.removed') : t('message.done', { present: report.counters.present });
  }

  const before = state.stored.value?.room.message;
  return (
    <ActionDialog
      title={t('message.title')}
      action={trimmed === '' ? t('message.remove') : t('message.action')}
      isReady={trimmed.length <= 2000}
      onAct={send}
      onDone={(done) => {
        news.value = done;
      }}
      onClose={onClose}
    >
      {isByLanguage && <p class="hint">{t('message.by_language')}</p>}
      {typeof before === 'string' && before !== first.value && <p class="plan">{t('message.now', { text: before })}</p>}
      <Field label={t('message.text')} hint={t('message.hint', { present: report.counters.present })}>
        {(ids) => (
          <textarea
            {...ids}
            rows={4}
            maxLength={2000}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        )}
      </Field>
      <p class="presets">
        {PRESETS.map((name) => (
          <button
            key={name}
            type="button"
            class="quiet"
            onClick={() => {
              text.value = t(`message.preset.${name}`);
            }}
          >
            {t(`message.preset.${name}`)}
          </button>
        ))}
      </p>
    </ActionDialog>
  );
}
