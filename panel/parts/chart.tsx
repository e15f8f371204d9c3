import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { axisTime, dateOf, number, t } from '../state/words.ts';
import { Scroll } from './scroll.tsx';

export interface ChartSeries {
  readonly name: string;
  /** The name of a colour of the style sheet. */
  readonly color: 'blue' | 'amber' | 'green';
  readonly values: readonly number[];
}

export interface ChartProps {
  readonly title: string;
  /** What the chart shows, in a sentence. */
  readonly summary: string;
  /** Seconds since the epoch. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
}

const HEIGHT = 200;
/** Rows of the table. More would be a wall. */
const MOST_ROWS = 60;

/** Lines over time, with a sentence and a table that say the same. */
export function Chart({ title, summary, times, series }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const at = box.current;
    if (!at || times.length === 0) return undefined;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    let plot: uPlot | null = null;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(optionsOf(at, series), [times, ...series.map(({ values }) => values)] as uPlot.AlignedData, at);
    };
    draw();
    const fit = new ResizeObserver(() => plot?.setSize({ width: at.clientWidth, height: HEIGHT }));
    fit.observe(at);
    dark.addEventListener('change', draw);
    return () => {
      fit.disconnect();
      dark.removeEventListener('change', draw);
      plot?.destroy();
    };
  }, [times, series]);

  const every = Math.max(1, Math.ceil(times.length / MOST_ROWS));
  return (
    <figure>
      <figcaption>
        <h2>{title}</h2>
        <p>{summary}</p>
        <ul class="legend">
          {series.map(({ name, color }) => (
            <li key={name}>
              <span class={`swatch ${color}`} aria-hidden="true" /> {name}
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={box} class="plot" aria-hidden="true" />
      {times.length > 0 && (
        <details>
          <summary>{t('chart.table')}</summary>
          <Scroll name={title}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t('chart.time')}</th>
                  {series.map(({ name }) => (
                    <th key={name} scope="col" class="number">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {times.map((time, row) =>
                  row % every === 0 ? (
                    <tr key={time}>
                      <th scope="row">{dateOf(new Date(time * 1000).toISOString())}</th>
                      {series.map(({ name, values }) => (
                        <td key={name} class="number">
                          {number(values[row] ?? 0)}
                        </td>
                      ))}
                    </tr>
                  ) : null,
                )}
              </tbody>
            </table>
          </Scroll>
        </details>
      )}
    </figure>
  );
}

function optionsOf(at: HTMLElement, series: readonly ChartSeries[]): uPlot.Options {
  const colorOf = (name: string) => resolvedColor(at, name);
  const axis = { stroke: colorOf('soft'), grid: { stroke: colorOf('line'), width: 1 }, ticks: { show: false } };
  return {
    width: at.clientWidth,
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(4, high * 1.1)] } },
    axes: [
      { ...axis, space: 72, values: (_plot, ticks) => ticks.map((tick, index) => axisTime(tick, ticks[index - 1])) },
      { ...axis, size: 48, values: (_plot, ticks) => ticks.map((tick) => number(tick)) },
    ],
    series: [{}, ...series.map(({ color }) => ({ stroke: colorOf(color), width: 2, points: { show: false } }))],
  };
}

/** A colour of the style sheet as a canvas understands it: `light-dark()` is resolved where it is used. */
function resolvedColor(at: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  at.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
