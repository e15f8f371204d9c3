import { useSignal } from '@preact/signals';
import { ActionDialog } from '../../../parts/action-dialog.tsx';
import { SelectField } from '../../../parts/field.tsx';
import { news } from '../../../parts/news.tsx';
import { t } from '../../../state/words.ts';
import type { ActionProps } from '../action-props.ts';

const REASONS = ['sold_out', 'ended', 'maintenance'] as const;

/** Closes the room with a reason, which the pages of visitors show. */
export function CloseDialog({ state, report: given, onClose }: ActionProps) {
  const reason = useSignal<string>('');
  const report = state.report.value ?? given;
  return (
    <ActionDialog
      title={t('close.title')}
      action={t('close.action')}
      onAct={async () => {
        await state.patch({ mode: 'closed', closed_reason: reason.value === '' ? null : reason.value });
        return t('close.done');
      }}
      onDone={(text) => {
        news.value = text;
      }}
      onClose={onClose}
    >
      <SelectField
        label={t('close.reason')}
        value={reason.value}
        onValue={(value) => {
          reason.value = value;
        }}
        options={[['', t('close.reason.none')], ...REASONS.map((each) => [each, t(`close.reason.${each}`)] as const)]}
      />
      <p class="plan">{t('close.plan', { waiting: report.counters.waiting, inside: report.inside })}</p>
    </ActionDialog>
  );
}
