/** The report as one HTML file that contains its charts and fetches nothing. */
import { type Curve, chart, thinned } from './chart.ts';
import { figures, span, whole } from './report.ts';
import type { Outcome, Sample } from './tally.ts';

/** At most so many rows in the table over time. */
const ROWS = 30;

const CURVES: readonly Curve[] = [
  { id: 'line', name: 'People in line', of: ({ line }) => line },
  { id: 'inside', name: 'People inside', of: ({ inside }) => inside },
  { id: 'admitted', name: 'Admitted a minute', of: ({ admitted }) => admitted },
];

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 54rem; margin: 2rem auto; padding: 0 1rem; background: light-dark(#fff, #16181d); color: light-dark(#1a1c20, #e8eaed); }
table { border-collapse: collapse; }
th, td { padding-block: .15rem; padding-inline-end: 2rem; text-align: start; font-weight: normal; font-variant-numeric: tabular-nums; }
thead th { font-weight: bold; }
tr { border-block-end: 1px solid light-dark(#ddd, #33363d); }
h2 { margin-block: 2rem .5rem; font-size: 1.1rem; }
svg { inline-size: 100%; block-size: auto; }
text { font-size: 12px; fill: currentColor; }
path { fill: none; stroke-width: 2; stroke-linejoin: round; }
.axis { stroke: currentColor; opacity: .4; }
.line { stroke: light-dark(#1d4ed8, #8fb4ff); }
.inside { stroke: light-dark(#15803d, #6ee7a0); }
.admitted { stroke: light-dark(#b45309, #fbbf6a); }
`;

export function htmlReport(title: string, outcome: Outcome): string {
  const { samples } = outcome;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${htmlSafe(title)}: a simulation</title>
<style>${STYLE}</style>
<main>
<h1>${htmlSafe(title)}</h1>
<table>
<tbody>
${figures(outcome)
  .map(([label, value]) => `<tr><th scope="row">${htmlSafe(label)}</th><td>${htmlSafe(value)}</td></tr>`)
  .join('\n')}
</tbody>
</table>
${CURVES.map((curve) => `<h2>${curve.name}</h2>\n${chart(curve, samples)}`).join('\n')}
<h2>Over time</h2>
${overTime(samples)}
</main>
</html>
`;
}

/** The data of the curves as a table, for screen readers and for exact values. */
function overTime(samples: readonly Sample[]): string {
  const rows = thinned(samples, ROWS).map((sample) => {
    const cells = CURVES.map(({ of }) => `<td>${whole(of(sample))}</td>`);
    return `<tr><th scope="row">${span(sample.at)}</th>${cells.join('')}</tr>`;
  });
  return `<table>
<thead><tr><th scope="col">From</th>${CURVES.map(({ name }) => `<th scope="col">${name}, at most</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}

function htmlSafe(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
