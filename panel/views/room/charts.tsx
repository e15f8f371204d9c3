import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Chart } from '../../parts/chart.tsx';
import { ExportButton } from '../../parts/export-button.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { call, Refused, type Told, wordsOf } from '../../state/api.ts';
import { fillSteps, sumOf, topOf } from '../../state/series.ts';
import type { AnalyticsRow } from '../../state/types.ts';
import { dateOf, number, t } from '../../state/words.ts';

const MINUTE = 60_000;
const RANGES = {
  hour: { length: 60 * MINUTE, step: MINUTE, steps: '1m' },
  day: { length: 24 * 60 * MINUTE, step: 15 * MINUTE, steps: '15m' },
  month: { length: 30 * 24 * 60 * MINUTE, step: 6 * 60 * MINUTE, steps: '6h' },
} as const;

function queryOf(period: keyof typeof RANGES): URLSearchParams {
  const { length, steps } = RANGES[period];
  return new URLSearchParams({ from: new Date(Date.now() - length).toISOString(), step: steps });
}

/** What was measured in the last hour, day or 30 days. */
export function RoomCharts({ id }: { readonly id: string }) {
  const range = useSignal<keyof typeof RANGES>('hour');
  const rows = useSignal<readonly AnalyticsRow[] | null>(null);
  const trouble = useSignal<Told>('');
  const period = range.value;

  useEffect(() => {
    let isOver = false;
    async function load() {
      try {
        const { value } = await call<{ rows: readonly AnalyticsRow[] }>(
          `/rooms/${encodeURIComponent(id)}/analytics?${queryOf(period)}`,
        );
        const { length, step } = RANGES[period];
        // The step that is not over would look like a fall.
        const now = Math.floor(Date.now() / step) * step;
        if (!isOver) rows.value = value.rows.length === 0 ? [] : fillSteps(value.rows, now - length, now, step);
        trouble.value = '';
      } catch (error) {
        if (!isOver) trouble.value = error instanceof Refused && error.status === 404 ? '' : wordsOf(error);
      }
    }
    rows.value = null;
    void load();
    const timer = setInterval(load, MINUTE);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [id, period]);

  const times = useComputed(() => (rows.value ?? []).map(({ time }) => Date.parse(time) / 1000));
  const people = useComputed(() => [
    { name: t('five.inside'), color: 'blue' as const, values: (rows.value ?? []).map(({ inside }) => inside) },
    { name: t('five.present'), color: 'amber' as const, values: (rows.value ?? []).map(({ present }) => present) },
  ]);
  const flow = useComputed(() => [
    { name: t('chart.inflow'), color: 'amber' as const, values: (rows.value ?? []).map(({ inflow }) => inflow) },
    { name: t('chart.claimed'), color: 'green' as const, values: (rows.value ?? []).map(({ claimed }) => claimed) },
    { name: t('chart.outflow'), color: 'blue' as const, values: (rows.value ?? []).map(({ outflow }) => outflow) },
  ]);

  const all = rows.value ?? [];
  const top = topOf(all, 'inside');
  const line = topOf(all, 'present');
  return (
    <section aria-label={t('tab.history')}>
      <fieldset class="choice">
        <legend class="hidden">{t('chart.range')}</legend>
        {(Object.keys(RANGES) as (keyof typeof RANGES)[]).map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="range"
              checked={period === name}
              onChange={() => {
                range.value = name;
              }}
            />{' '}
            {t(`chart.range.${name}`)}
          </label>
        ))}
      </fieldset>
      <Trouble of={trouble} />
      {all.length === 0 ? (
        <p class="hint">{rows.value === null && trouble.value === '' ? '…' : t('chart.none')}</p>
      ) : (
        <>
          <Chart
            title={t('chart.people')}
            summary={t('chart.people_summary', {
              inside: number(top?.value ?? 0),
              at: top ? dateOf(top.time) : '',
              present: number(line?.value ?? 0),
            })}
            times={times.value}
            series={people.value}
          />
          <Chart
            title={t(`chart.flow.${period}`)}
            summary={t('chart.flow_summary', {
              inflow: sumOf(all, 'inflow'),
              claimed: sumOf(all, 'claimed'),
              missed: sumOf(all, 'missed'),
              left: sumOf(all, 'left'),
            })}
            times={times.value}
            series={flow.value}
          />
        </>
      )}
      <p class="actions">
        {(['csv', 'json'] as const).map((format) => (
          <ExportButton
            key={format}
            path={`/rooms/${encodeURIComponent(id)}/analytics?${queryOf(period)}&format=${format}`}
            file={`${id}-${period}.${format}`}
          >
            {t('chart.export', { format: format.toUpperCase() })}
          </ExportButton>
        ))}
      </p>
    </section>
  );
}
