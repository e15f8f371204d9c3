import { ActionDialog } from '../../../parts/action-dialog.tsx';
import { news } from '../../../parts/news.tsx';
import { t } from '../../../state/words.ts';
import type { ActionProps } from '../action-props.ts';

/** Lets the line go on. */
export function OpenDialog({ state, report: given, onClose }: ActionProps) {
  const report = state.report.value ?? given;
  const present = report.counters.present;
  return (
    <ActionDialog
      title={t('open.title')}
      action={t('open.action')}
      onAct={async () => {
        await state.patch({ mode: 'queue', closed_reason: null });
        return t('open.done');
      }}
      onDone={(text) => {
        news.value = text;
      }}
      onClose={onClose}
    >
      <p class="plan">
        {t('open.plan', { present })}{' '}
        {report.inlet === 'manual'
          ? t('open.manual')
          : report.free === null
            ? t('open.inlet', { inlet: report.inlet })
            : t('open.free', { free: report.free, inlet: report.inlet })}
      </p>
    </ActionDialog>
  );
}
