import { useComputed, useSignal } from '@preact/signals';
import { Chart } from '../../parts/chart.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { call, Refused, type Told, wordsOf } from '../../state/api.ts';
import { may } from '../../state/session.ts';
import { isSimulationForm, type SimulationForm, simulationBody } from '../../state/simulation-form.ts';
import type { Room } from '../../state/types.ts';
import { dateOf, duration, number, t } from '../../state/words.ts';

interface Moment {
  readonly people: number;
  readonly at: string;
}

interface Simulation {
  readonly visitors: number;
  readonly admitted: number;
  readonly missed: number;
  readonly wait: { readonly p50: number; readonly p95: number; readonly max: number } | null;
  readonly longest_line: Moment;
  readonly most_inside: Moment;
  readonly empty_at: string | null;
  readonly samples: readonly { readonly time: string; readonly line: number; readonly inside: number }[];
}

/** The numbers of the form, each with its label. */
const NUMBERS = [
  ['before', 'simulation.before'],
  ['after', 'simulation.after'],
  ['stay', 'simulation.stay'],
  ['noShow', 'simulation.no_show'],
] as const;

/** What a sale would be like with the settings of the room, and the visitors that an operator expects. */
export function RoomSimulation({ room }: { readonly room: Room }) {
  const events = room.events ?? [];
  const form = useSignal({ event: events[0]?.id ?? '', before: '500', after: '1000', stay: '4', noShow: '5' });
  const found = useSignal<Simulation | null>(null);
  const isBusy = useSignal(false);
  const trouble = useSignal<Told>('');
  const samples = useComputed(() => found.value?.samples ?? []);
  const times = useComputed(() => samples.value.map(({ time }) => Date.parse(time) / 1000));
  const series = useComputed(() => [
    { name: t('simulation.line'), color: 'amber' as const, values: samples.value.map(({ line }) => line) },
    { name: t('five.inside'), color: 'blue' as const, values: samples.value.map(({ inside }) => inside) },
  ]);
  if (!may('operator')) return null;

  async function simulate(event: Event) {
    event.preventDefault();
    if (isBusy.value || !isSimulationForm(form.value)) return;
    isBusy.value = true;
    trouble.value = '';
    try {
      const body = simulationBody(form.value, events);
      found.value = (
        await call<Simulation>(`/rooms/${encodeURIComponent(room.id)}/simulation`, { method: 'POST', body })
      ).value;
    } catch (error) {
      found.value = null;
      const isKnown =
        error instanceof Refused && (error.code === 'simulation_running' || error.code === 'simulation_too_long');
      trouble.value = isKnown ? t(`simulation.${error.code}`) : wordsOf(error);
    }
    isBusy.value = false;
  }

  const into = (name: keyof SimulationForm) => (value: string) => {
    form.value = { ...form.value, [name]: value };
  };
  const shown = found.value;
  return (
    <section aria-label={t('simulation.title')}>
      <h2>{t('simulation.title')}</h2>
      <p class="hint">{t('simulation.hint')}</p>
      <form class="narrow" onSubmit={simulate}>
        {events.length > 0 && (
          <SelectField
            label={t('simulation.event')}
            value={form.value.event}
            options={[...events.map(({ id }) => [id, id] as const), ['', t('simulation.now')] as const]}
            onValue={into('event')}
          />
        )}
        {NUMBERS.map(([name, label]) => (
          <TextField
            key={name}
            label={t(label)}
            inputMode="numeric"
            required
            value={form.value[name]}
            onValue={into(name)}
          />
        ))}
        <button type="submit" class="primary" aria-disabled={isBusy.value || !isSimulationForm(form.value)}>
          {t('simulation.run')}
        </button>
      </form>
      <Trouble of={trouble} />
      <p role="status" class="hint">
        {isBusy.value ? t('simulation.running') : shown ? t('simulation.done', { visitors: shown.visitors }) : ''}
      </p>
      {shown && (
        <Chart title={t('simulation.chart')} summary={summaryOf(shown)} times={times.value} series={series.value} />
      )}
    </section>
  );
}

function summaryOf({ visitors, admitted, wait, longest_line: line, most_inside: inside, empty_at: empty }: Simulation) {
  const parts = [
    t('simulation.people', {
      admitted,
      visitors,
      line: number(line.people),
      at: dateOf(line.at),
      inside: number(inside.people),
    }),
    wait && t('simulation.waits', { p50: duration(wait.p50), p95: duration(wait.p95), max: duration(wait.max) }),
    empty === null ? t('simulation.never_empty') : t('simulation.empty', { at: dateOf(empty) }),
  ];
  return parts.filter(Boolean).join(' ');
}
