import { describe, expect, it } from 'vitest';
import { thinned } from '../../simulate/chart.ts';
import { htmlReport } from '../../simulate/html.ts';
import { figures, span, textReport } from '../../simulate/report.ts';
import { simulate } from '../../simulate/run.ts';
import { scenario } from './scenario.ts';

const outcome = simulate(
  scenario({ arrivals: [{ at: '0s', people: 900 }], visitors: { dwell: { median: '1m', p95: '2m' } } }),
);
const html = htmlReport('Tom & Jerry’s <sale>', outcome);

describe('the report', () => {
  it('formats durations as people say them', () => {
    expect([0, 59.6, 119, 120, 3599, 7199, 7260, 36_000].map(span)).toEqual([
      '0 s',
      '60 s',
      '119 s',
      '2 min',
      '60 min',
      '2 h 0 min',
      '2 h 1 min',
      '10 h 0 min',
    ]);
  });

  it('has one line for each figure', () => {
    const text = textReport(outcome);
    expect(text).toMatch(/^ {2}visitors +900$/m);
    expect(text).toMatch(/^ {2}longest line +900 people, after 0 s$/m);
    expect(text).toMatch(/^ {2}wait, half of the admitted +at most [78] min$/m);
    expect(text).toMatch(/^ {2}longest wait +15 min$/m);
    expect(text).toMatch(/^ {2}line empty after +15 min$/m);
    expect(text).toMatch(/^ {2}admitted +900 \(100\.0 %\)$/m);
    expect(text.split('\n')).toHaveLength(figures(outcome).length);
  });

  it('says what is unknown', () => {
    const nobody = simulate(scenario({ arrivals: [{ at: '1s', people: 0 }] }));
    expect(textReport(nobody)).toMatch(/^ {2}longest wait +–$/m);
    expect(htmlReport('Nobody', nobody)).not.toMatch(/NaN|Infinity|undefined/);
    const stopped = simulate(scenario({ duration: '1m' }));
    expect(textReport(stopped)).toMatch(/^ {2}line empty after +not within the simulation$/m);
  });

  it('is a page without requests and scripts, and its policy forbids both', () => {
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    );
    expect(html).not.toMatch(/<script|<link|<img|url\(|@import|https?:\/\//);
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('escapes names', () => {
    expect(html).toContain('<h1>Tom &amp; Jerry’s &lt;sale></h1>');
    expect(html).not.toContain('<sale>');
  });

  it('gives each chart a title and a description for screen readers', () => {
    const charts = [...html.matchAll(/<svg [^>]*role="img" aria-labelledby="(\S+) (\S+)">/g)];
    expect(charts).toHaveLength(3);
    for (const [, title, description] of charts) {
      expect(html).toContain(`<title id="${title}">`);
      expect(html).toMatch(
        new RegExp(`<desc id="${description}">Rises to [\\d,]+ after .+ and ends at [\\d,]+ after .+</desc>`),
      );
    }
  });

  it('repeats the charts as a table, and has the figures of the text report', () => {
    for (const [label, value] of figures(outcome))
      expect(html).toContain(`<tr><th scope="row">${label}</th><td>${value}</td></tr>`);
    const rows = html.match(/<tr><th scope="row">[^<]+<\/th>(<td>[\d,]+<\/td>){3}<\/tr>/g) ?? [];
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.length).toBeLessThanOrEqual(30);
  });

  it('supports dark mode', () => {
    expect(html).toContain('color-scheme: light dark');
    expect(html).toMatch(/background: light-dark\(/);
  });
});

describe('a long simulation', () => {
  it('is reduced to what a chart can show, without losing a peak', () => {
    const samples = Array.from({ length: 5000 }, (_, n) => ({
      at: n * 10,
      line: n === 4321 ? 999 : 1,
      inside: n % 7,
      admitted: 3,
    }));
    const thin = thinned(samples, 400);
    expect(thin.length).toBeLessThanOrEqual(400);
    expect(Math.max(...thin.map(({ line }) => line))).toBe(999);
    expect(thin[0]).toEqual({ at: 0, line: 1, inside: 6, admitted: 3 });
    expect(thinned(samples.slice(0, 400), 400)).toHaveLength(400);
  });
});
