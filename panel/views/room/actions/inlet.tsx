import { useSignal } from '@preact/signals';
import { ActionDialog } from '../../../parts/action-dialog.tsx';
import { SelectField, TextField } from '../../../parts/field.tsx';
import { news } from '../../../parts/news.tsx';
import { Refused } from '../../../state/api.ts';
import { INLET_FIELDS, type InletForm, inletOf, readInlet } from '../../../state/inlet-form.ts';
import { numberFault, wholeNumberOf } from '../../../state/whole-number.ts';
import { number, t } from '../../../state/words.ts';
import type { ActionProps } from '../action-props.ts';

const STRATEGIES = ['manual', 'periodic', 'rate', 'max-size', 'adaptive'] as const;

/** The inlet, its size, and how many may wait. */
export function InletDialog({ state, room, report: given, onClose }: ActionProps) {
  const stored = useSignal(state.stored.value);
  const form = useSignal<InletForm>(readInlet(room));
  const report = state.report.value ?? given;
  const set = (name: string) => (value: string) => {
    form.value = { ...form.value, [name]: value };
  };
  const size = wholeNumberOf(form.value.size ?? '', 1);
  const capacity = wholeNumberOf(form.value.capacity ?? '', 1);

  async function apply(): Promise<string> {
    try {
      await state.patch(inletOf(form.value, stored.value?.room ?? room), stored.value?.etag);
    } catch (error) {
      if (error instanceof Refused && error.status === 412) {
        await state.load();
        stored.value = state.stored.value;
        if (stored.value) form.value = readInlet(stored.value.room);
      }
      throw error;
    }
    return t('inlet.done');
  }

  return (
    <ActionDialog
      title={t('inlet.title')}
      action={t('inlet.action')}
      isReady={!Number.isNaN(size) && !Number.isNaN(capacity)}
      onAct={apply}
      onDone={(text) => {
        news.value = text;
      }}
      onClose={onClose}
    >
      <SelectField
        label={t('inlet.strategy')}
        value={form.value.strategy ?? 'manual'}
        onValue={set('strategy')}
        options={STRATEGIES.map((each) => [each, t(`inlet.strategy.${each}`)] as const)}
      />
      {(INLET_FIELDS[form.value.strategy ?? 'manual'] ?? []).map(({ name, isNumber }) => (
        <TextField
          key={name}
          label={t(`inlet.field.${name}`)}
          inputMode={isNumber ? 'numeric' : 'text'}
          required
          value={form.value[name] ?? ''}
          onValue={set(name)}
        />
      ))}
      <TextField
        label={t('inlet.field.size')}
        hint={form.value.strategy === 'max-size' ? undefined : t('inlet.size_hint')}
        inputMode="numeric"
        fault={numberFault(size, 1)}
        required={form.value.strategy === 'max-size'}
        value={form.value.size ?? ''}
        onValue={set('size')}
      />
      <TextField
        label={t('inlet.field.capacity')}
        hint={t('inlet.capacity_hint')}
        inputMode="numeric"
        fault={numberFault(capacity, 1)}
        value={form.value.capacity ?? ''}
        onValue={set('capacity')}
      />
      <p class="plan" hidden={Number.isNaN(size)}>
        {size === null
          ? t('inlet.plan_no_limit', { inside: report.inside })
          : t('inlet.plan', {
              inside: report.inside,
              fit: number(Math.max(0, size - report.inside - report.held)),
              over: Math.max(0, report.inside - size),
            })}
      </p>
    </ActionDialog>
  );
}
