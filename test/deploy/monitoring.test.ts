import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '#telemetry/metrics.ts';

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { summary: string };
    }[];
  }[];
}

const dashboard = JSON.parse(readFileSync('deploy/grafana/anteroom.json', 'utf8')) as Dashboard;
const rules = (parse(readFileSync('deploy/prometheus/alerts.yaml', 'utf8')) as Rules).groups.flatMap(
  (group) => group.rules,
);
const expressions: readonly [string, string][] = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }): [string, string] => [title, expr])),
  ...rules.map(({ alert, expr }): [string, string] => [alert, expr]),
];

const { text } = await createMetrics().expose();
const names = new Set(
  [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
  ),
);

test.each(expressions)('%s asks for metrics that the service has: %s', (_, expression) => {
  const asked = expression.match(/\banteroom_\w+/g) ?? [];
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((name) => !names.has(name))).toEqual([]);
});

test('each alert says what is wrong in a sentence of its own', () => {
  const summaries = rules.map(({ annotations }) => annotations.summary);
  expect(new Set(summaries).size).toBe(rules.length);
});
