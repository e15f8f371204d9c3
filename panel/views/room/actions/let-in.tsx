import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { ActionDialog } from '../../../parts/action-dialog.tsx';
import { TextField } from '../../../parts/field.tsx';
import { news } from '../../../parts/news.tsx';
import { call, newKey } from '../../../state/api.ts';
import { planLetIn } from '../../../state/let-in-plan.ts';
import { session } from '../../../state/session.ts';
import { numberFault, wholeNumberOf } from '../../../state/whole-number.ts';
import { number, t } from '../../../state/words.ts';
import type { ActionProps } from '../action-props.ts';

/** Raises the serving counter for so many people. The plan follows the numbers of the moment. */
export function LetInDialog({ state, report: given, onClose }: ActionProps) {
  const people = useSignal('10');
  // The key belongs to what is asked for: pressing again after a lost answer does not raise twice.
  const key = useRef({ people: '', value: '' });
  const report = state.report.value ?? given;
  const wanted = wholeNumberOf(people.value, 1);
  const plan = planLetIn(wanted || 0, report);
  const isReady = plan.now > 0 && session.value !== null;

  async function letIn(): Promise<string> {
    const asked = String(plan.now);
    if (key.current.people !== asked) key.current = { people: asked, value: newKey() };
    const { value } = await call<{ readonly raised_by: number; readonly serving: number }>(
      `/rooms/${encodeURIComponent(state.id)}/serving-counter`,
      { method: 'POST', body: { people: plan.now }, headers: { 'Idempotency-Key': key.current.value } },
    );
    return t('let_in.done', { raised: value.raised_by, serving: number(value.serving) });
  }

  return (
    <ActionDialog
      title={t('let_in.title')}
      action={t('let_in.action', { people: plan.now })}
      isReady={isReady}
      onAct={letIn}
      onDone={(text) => {
        news.value = text;
      }}
      onClose={onClose}
    >
      <TextField
        label={t('let_in.people')}
        inputMode="numeric"
        fault={numberFault(wanted, 1)}
        required
        autocomplete="off"
        value={people.value}
        onValue={(value) => {
          people.value = value;
        }}
      />
      <p class="plan" hidden={!wanted}>
        {t('let_in.plan', { people: plan.now, present: report.counters.present })}{' '}
        {report.size === null
          ? t('let_in.no_limit')
          : t('let_in.fit', {
              now: plan.now,
              later: plan.later,
              inside: report.inside,
              size: report.size,
              held: report.held,
            })}{' '}
        {plan.beyondPresent > 0 && t('let_in.credits', { people: plan.beyondPresent })}
      </p>
    </ActionDialog>
  );
}
