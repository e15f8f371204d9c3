/** The report as one HTML file with its chart inside: nothing is fetched from anywhere. */
import { figures } from './report.ts';
import type { Outcome, Sample } from './run.ts';

const WIDTH = 800;
const HEIGHT = 240;

interface Curve {
  readonly name: string;
  readonly className: string;
  readonly of: (sample: Sample) => number;
}

const CURVES: readonly Curve[] = [
  { name: 'In line', className: 'waiting', of: ({ waiting }) => waiting },
  { name: 'Inside', className: 'inside', of: ({ inside }) => inside },
  { name: 'Admitted a minute', className: 'admitted', of: ({ admitted }) => admitted },
];

export function htmlReport(title: string, outcome: Outcome): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlSafe(title)}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; }
th { text-align: start; font-weight: normal; padding-inline-end: 2rem; }
td { font-variant-numeric: tabular-nums; }
svg { inline-size: 100%; block-size: auto; }
svg text { font-size: 12px; fill: currentColor; }
.axis { stroke: currentColor; opacity: .4; }
path { fill: none; stroke-width: 2; }
.waiting { stroke: light-dark(#1d4ed8, #8fb4ff); }
.inside { stroke: light-dark(#15803d, #6ee7a0); }
.admitted { stroke: light-dark(#b45309, #fbbf6a); }
</style>
<h1>${htmlSafe(title)}</h1>
<table>
${figures(outcome)
  .map(([what, value]) => `<tr><th scope="row">${htmlSafe(what)}</th><td>${htmlSafe(value)}</td></tr>`)
  .join('\n')}
</table>
${CURVES.map((curve) => chart(curve, outcome.samples)).join('\n')}
</html>
`;
}

function chart({ name, className, of }: Curve, samples: readonly Sample[]): string {
  const most = Math.max(1, ...samples.map(of));
  const last = Math.max(1, samples.at(-1)?.minute ?? 1);
  const x = (minute: number) => 60 + ((WIDTH - 80) * minute) / last;
  const y = (value: number) => HEIGHT - 30 - ((HEIGHT - 50) * value) / most;
  const points = samples.map((sample) => `${x(sample.minute).toFixed(1)},${y(of(sample)).toFixed(1)}`);
  const label = (value: number) => value.toLocaleString('en');
  return `<figure>
<figcaption>${name}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${name} over time: at most ${label(most)}">
<path class="axis" d="M60 20V${HEIGHT - 30}H${WIDTH - 20}"/>
<text x="52" y="26" text-anchor="end">${label(most)}</text>
<text x="52" y="${HEIGHT - 28}" text-anchor="end">0</text>
<text x="60" y="${HEIGHT - 10}">0</text>
<text x="${WIDTH - 20}" y="${HEIGHT - 10}" text-anchor="end">${Math.round(last)} min</text>
<path class="${className}" d="M${points.join('L')}"/>
</svg>
</figure>`;
}

function htmlSafe(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
