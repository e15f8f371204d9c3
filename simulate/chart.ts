/** One curve over time as SVG, with a title and a description for screen readers. */
import { span, whole } from './report.ts';
import type { Sample } from './tally.ts';

const WIDTH = 800;
const HEIGHT = 220;
const LEFT = 70;
const RIGHT = 20;
const TOP = 20;
const BOTTOM = 30;
/** At most so many points in a curve. */
const POINTS = 400;
/** At most so many marks on the time axis. */
const MARKS = 8;
/** Allowed distances between two marks, in seconds. */
const STEPS = [10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

export interface Curve {
  readonly id: string;
  readonly name: string;
  readonly of: (sample: Sample) => number;
}

/** Reduces the samples to at most `most`. Each keeps the highest values of its stretch of time, so no peak is lost. */
export function thinned(samples: readonly Sample[], most: number): readonly Sample[] {
  const stretch = Math.ceil(samples.length / most);
  if (stretch <= 1) return samples;
  return Array.from({ length: Math.ceil(samples.length / stretch) }, (_, n) => {
    const part = samples.slice(n * stretch, (n + 1) * stretch);
    const highest = (of: Curve['of']) => Math.max(...part.map(of));
    return {
      at: part[0]?.at ?? 0,
      line: highest(({ line }) => line),
      inside: highest(({ inside }) => inside),
      admitted: highest(({ admitted }) => admitted),
    };
  });
}

export function chart({ id, name, of }: Curve, samples: readonly Sample[]): string {
  const most = Math.max(1, ...samples.map(of));
  const last = Math.max(1, samples.at(-1)?.at ?? 1);
  const x = (at: number) => (LEFT + ((WIDTH - LEFT - RIGHT) * at) / last).toFixed(1);
  const y = (value: number) => (HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * value) / most).toFixed(1);
  const points = thinned(samples, POINTS).map((sample) => `${x(sample.at)},${y(of(sample))}`);
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-description">
<title id="${id}-title">${name}</title>
<desc id="${id}-description">${describe(samples, of)}</desc>
<path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>
<text x="${LEFT - 8}" y="${TOP + 6}" text-anchor="end">${whole(most)}</text>
<text x="${LEFT - 8}" y="${HEIGHT - BOTTOM + 4}" text-anchor="end">0</text>
${marks(last)
  .map((at) => `<text x="${x(at)}" y="${HEIGHT - 10}" text-anchor="middle">${clockOf(at)}</text>`)
  .join('\n')}
<path class="curve ${id}" d="M${points.join('L')}"/>
</svg>`;
}

function describe(samples: readonly Sample[], of: Curve['of']): string {
  const top = samples.reduce<Sample | undefined>(
    (highest, one) => (highest && of(highest) >= of(one) ? highest : one),
    undefined,
  );
  const end = samples.at(-1);
  if (!top || !end) return 'Nothing happened.';
  return `Rises to ${whole(of(top))} after ${span(top.at)} and ends at ${whole(of(end))} after ${span(end.at)}.`;
}

function marks(last: number): number[] {
  const step = STEPS.find((each) => last / each <= MARKS) ?? Math.ceil(last / MARKS);
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, n) => n * step);
}

/** `1:05` for an hour and five minutes; `0:00:30` if there are seconds. */
function clockOf(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return `${hours}:${two(minutes)}${seconds % 60 === 0 ? '' : `:${two(seconds % 60)}`}`;
}
