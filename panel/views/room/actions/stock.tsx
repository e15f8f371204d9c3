import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ActionDialog } from '../../../parts/action-dialog.tsx';
import { TextField } from '../../../parts/field.tsx';
import { news } from '../../../parts/news.tsx';
import { ToldText } from '../../../parts/told-text.tsx';
import { call, newKey, type Told, wordsOf } from '../../../state/api.ts';
import { numberFault, wholeNumberOf } from '../../../state/whole-number.ts';
import { number, t } from '../../../state/words.ts';
import type { ActionProps } from '../action-props.ts';

interface Stock {
  readonly left: number | null;
}

/** What is left to sell. */
export function StockDialog({ state, report: given, onClose }: ActionProps) {
  const path = `/rooms/${encodeURIComponent(state.id)}/stock`;
  const left = useSignal<string | null>(null);
  const trouble = useSignal<Told>('');
  useEffect(() => {
    call<Stock>(path).then(
      ({ value }) => {
        // What was typed meanwhile stays.
        left.value ??= value.left === null ? '' : String(value.left);
      },
      (error: unknown) => {
        trouble.value = wordsOf(error);
      },
    );
  }, [path]);
  const report = state.report.value ?? given;
  const wanted = wholeNumberOf(left.value ?? '', 0);

  return (
    <ActionDialog
      title={t('stock.title')}
      action={t('stock.action')}
      isReady={left.value !== null && !Number.isNaN(wanted)}
      onAct={async () => {
        const { value } = await call<Stock>(path, {
          ...{ method: 'POST', body: { left: wanted } },
          headers: { 'Idempotency-Key': newKey() },
        });
        await state.load();
        return value.left === null ? t('stock.removed') : t('stock.done', { left: number(value.left) });
      }}
      onDone={(done) => {
        news.value = done;
      }}
      onClose={onClose}
    >
      <TextField
        label={t('stock.left')}
        hint={t('stock.hint')}
        fault={numberFault(wanted, 0)}
        inputMode="numeric"
        autocomplete="off"
        value={left.value ?? ''}
        onValue={(value) => {
          left.value = value;
        }}
      />
      {trouble.value !== '' && (
        <p class="fault">
          <ToldText of={trouble.value} />
        </p>
      )}
      <p class="plan" hidden={Number.isNaN(wanted)}>
        {wanted === 0
          ? t('stock.plan_none', { waiting: report.counters.waiting })
          : t('stock.plan', { waiting: report.counters.waiting })}
      </p>
    </ActionDialog>
  );
}
