import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createMetrics } from '#telemetry/metrics.ts';

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: Readonly<Record<string, string>>;
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

/** Checks rules and PromQL as Prometheus does; scripts/optional-programs.ts unpacks it. */
const PROMTOOL = resolve('node_modules/.cache/anteroom/promtool/usr/bin/promtool');

/** What promtool says of a file. */
function promtool(args: readonly string[], content: object) {
  const folder = mkdtempSync(join(tmpdir(), 'anteroom-promtool-'));
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, stringify(content));
  const { status, stdout, stderr } = spawnSync(PROMTOOL, [...args, file], { encoding: 'utf8', cwd: folder });
  rmSync(folder, { recursive: true });
  return { status, said: stdout + stderr };
}

describe.skipIf(!existsSync(PROMTOOL))('promtool', () => {
  test('accepts the alert rules', () => {
    const { status, said } = promtool(['check', 'rules'], parse(readFileSync('deploy/prometheus/alerts.yaml', 'utf8')));
    expect([status, said]).toEqual([0, expect.stringContaining(`${rules.length} rules found`)]);
  });

  test('accepts every expression of the dashboard', () => {
    const recorded = dashboard.panels.flatMap(({ targets }) => targets);
    const text = (expr: string) => expr.replaceAll(/\[\$__\w+\]/g, '[1m]').replaceAll(/\$\{?\w+\}?/g, 'x');
    const groups = [
      { name: 'dashboard', rules: recorded.map(({ expr }, index) => ({ record: `panel_${index}`, expr: text(expr) })) },
    ];
    expect(promtool(['check', 'rules'], { groups })).toMatchObject({ status: 0 });
  });

  test('refuses what is no PromQL', () => {
    const groups = [{ name: 'wrong', rules: [{ record: 'wrong', expr: 'sum by (rate(' }] }];
    expect(promtool(['check', 'rules'], { groups }).status).not.toBe(0);
  });

  // A sample every 15 s, and the alerts that fire after eight minutes.
  test.each([
    ['a store that answers', { 'anteroom_store_errors_total{operation="join"}': '3x40' }, []],
    ['a store that fails', { 'anteroom_store_errors_total{operation="join"}': '0+15x40' }, ['AnteroomStoreErrors']],
    ['no process', {}, ['AnteroomDown']],
    ['a room that lets nobody in', ofRoom(1), ['AnteroomNobodyLetIn']],
    ['a paused room', ofRoom(0), []],
  ])('with %s, fires what it should', (_, series, expected) => {
    const isUp = expected[0] !== 'AnteroomDown';
    const input = { ...(isUp ? { anteroom_process_start_time_seconds: '1x40' } : {}), ...series };
    const alerts = ['AnteroomDown', 'AnteroomStoreErrors', 'AnteroomNobodyLetIn'].map((alertname) => ({
      ...{ alertname, eval_time: '8m' },
      exp_alerts: expected.includes(alertname as never)
        ? [{ exp_labels: labelsOf(alertname), exp_annotations: annotationsOf(alertname) }]
        : [],
    }));
    const { status, said } = promtool(['test', 'rules'], {
      rule_files: [resolve('deploy/prometheus/alerts.yaml')],
      evaluation_interval: '30s',
      tests: [
        {
          interval: '15s',
          input_series: Object.entries(input).map(([name, values]) => ({ series: name, values })),
          alert_rule_test: alerts,
        },
      ],
    });
    expect([status, said]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});

const ruleOf = (name: string) => rules.find(({ alert }) => alert === name);
/** The series of a room in which visitors wait and nothing moves, and whether its alert is raised. */
function ofRoom(isRaised: 0 | 1) {
  const still = ['present', 'claimed', 'serving'].map((name) => [`anteroom_room_${name}{room="sale"}`, '5x40']);
  return { ...Object.fromEntries(still), 'anteroom_alert{room="sale",alert="nobody_let_in"}': `${isRaised}x40` };
}

/** Which series fires each alert. */
const FIRED_BY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AnteroomStoreErrors: { operation: 'join' },
  AnteroomNobodyLetIn: { room: 'sale' },
};
const labelsOf = (name: string) => ({ ...ruleOf(name)?.labels, ...FIRED_BY[name] });
const annotationsOf = (name: string) =>
  Object.fromEntries(
    Object.entries(ruleOf(name)?.annotations ?? {}).map(([key, text]) => [
      key,
      text.replaceAll(/\{\{ *\$labels\.(\w+) *\}\}/g, (_, label: string) => FIRED_BY[name]?.[label] ?? ''),
    ]),
  );
