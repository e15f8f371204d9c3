import { readFileSync } from 'node:fs';
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '#admin/preflight/checks.ts';
import { PROBLEM_CODES } from '#http/problem.ts';
import { REHEARSED_STATES } from '#oidc/rehearsal/states.ts';
import { PREVIEW_STATES } from '#pages/theme/preview.ts';
import { ACTIVITY_TYPES, isVisitorEvent, OPERATOR_ACTIONS } from '#waiting-room/activity.ts';
import { ROOM_ALERTS, SERVICE_ALERTS } from '#waiting-room/alerts.ts';
import { HOLD_UP_CODES } from '#waiting-room/hold-up.ts';
import { REHEARSAL_STEPS } from '#waiting-room/rehearsals/index.ts';
import { mergeRaises } from '../../panel/state/feed.ts';
import { inletOf, readInlet } from '../../panel/state/inlet-form.ts';
import { keysToShow } from '../../panel/state/keys-to-show.ts';
import { planLetIn } from '../../panel/state/let-in-plan.ts';
import { draftOf, fallbackOf, messageOf, PRESETS } from '../../panel/state/local-text.ts';
import { mergePatchOf } from '../../panel/state/merge-patch.ts';
import { sentenceOf } from '../../panel/state/sentence.ts';
import { fillSteps, sumOf, topOf } from '../../panel/state/series.ts';
import { isSimulationForm, simulationBody } from '../../panel/state/simulation-form.ts';
import type { AnalyticsRow, Report, Room } from '../../panel/state/types.ts';
import { PREVIEW_STATES as OFFERED_STATES } from '../../panel/views/room/theme/preview-states.ts';

/** The streams leave one out, and the words of the other are those of its action. */
const NOT_SHOWN = ['room.metrics', 'operator.acted', 'authentication.failed'];

const counters = { queue: 0, serving: 0, waiting: 0, claimed: 0, active: 0, completed: 0, abandoned: 0, expired: 0 };
const report = (
  held: string | null,
  { present = 5, seconds = 74, lastMinute = 0, until = null as string | null } = {},
) =>
  ({
    counters: { ...counters, present },
    size: 500,
    inside: 500,
    held: 0,
    let_in: { last_minute: lastMinute, target_per_minute: null, seconds_since_last: seconds },
    held_up: held && { code: held, until },
  }) as unknown as Report;

test('presets are what visitors read', () => {
  const of = (file: string) => JSON.parse(readFileSync(file, 'utf8')).messages as Record<string, string>;
  for (const code of ['en', 'de']) {
    const [panel, pages] = [of(`panel/locales/${code}.json`), of(`locales/${code}.json`)];
    for (const name of PRESETS) expect(panel[`message.preset.${name}`]).toBe(pages[`preset.${name}`]);
  }
});

describe('a message', () => {
  test.each([
    null,
    'Soon.',
    { preset: 'start_moved' as const },
    { en: 'Soon.', ar: { text: 'قريبا', dir: 'rtl' as const } },
  ])('%j is the same after it was opened', (message) => {
    expect(messageOf(draftOf(message))).toEqual(message);
  });

  test('in languages that are all empty is none', () => {
    expect(messageOf({ kind: 'languages', texts: [{ code: 'en', text: ' ' }] })).toBeNull();
  });

  test('is read in the default language of the room, in English or in the first one by all others', () => {
    const texts = ['fr', 'en', 'de'].map((code) => ({ code, text: code }));
    expect(fallbackOf(texts, 'de')).toBe('de');
    expect(fallbackOf(texts, 'it')).toBe('en');
    expect(fallbackOf(texts.slice(0, 1), 'it')).toBe('fr');
  });
});

describe('the activity feed', () => {
  const raise = (from: number, to: number, by = 'inlet:rate') => ({
    id: `${to}`,
    type: 'counter.raised',
    time: `${to}`,
    from,
    to,
    by,
  });

  test('has one line for raises that follow each other', () => {
    expect(mergeRaises([raise(17, 18), raise(15, 17), raise(14, 15)])).toEqual([{ ...raise(17, 18), from: 14 }]);
  });

  test.each([
    ['by different names', [raise(17, 18), raise(15, 17, 'ops')]],
    ['with a gap between them', [raise(17, 18), raise(14, 16)]],
    ['with another event between them', [raise(17, 18), { id: 'a', type: 'mode.changed', time: '1' }, raise(15, 17)]],
  ])('keeps raises %s apart', (_, events) => {
    expect(mergeRaises(events)).toEqual(events);
  });
});

describe('the sentence', () => {
  test.each([
    ['a full room whose places nobody leaves', report('full'), 'sentence.full', 'look'],
    ['a full room a moment ago', report('full', { seconds: 30 }), 'sentence.full', 'still'],
    [
      'a full room whose places are taken at once',
      report('full', { seconds: 3, lastMinute: 9 }),
      'sentence.going_in',
      'good',
    ],
    ['a full room whose last turn was just given', report('full', { seconds: 0 }), 'sentence.full_now', 'still'],
    ['people who are let in by hand just now', report('manual', { seconds: 2 }), 'sentence.manual_now', 'still'],
    ['an inlet that lets people in soon', report(null, { seconds: 20 }), 'sentence.soon', 'good'],
    ['people who go in', report(null, { seconds: 2, lastMinute: 9 }), 'sentence.going_in', 'good'],
    ['an open room', report(null, { present: 0 }), 'sentence.ready', 'good'],
    ['silence that nothing explains', report(null), 'sentence.silent', 'look'],
    ['a pause', report('paused'), 'sentence.paused', 'still'],
    ['an alarm', report('alarm'), 'sentence.alarm', 'look'],
    [
      'an event to come',
      report('before_start', { until: '2031-01-01T10:00:00Z' }),
      'sentence.before_start_until',
      'still',
    ],
    ['an event without a time', report('before_start'), 'sentence.before_start', 'still'],
  ])('about %s', (_, of, key, tone) => {
    expect(sentenceOf(of)).toMatchObject({ key, tone });
  });
});

test.each([
  [100, 40, 70, { now: 40, later: 60, beyondPresent: 0 }],
  [10, null, 4, { now: 10, later: 0, beyondPresent: 6 }],
  [5, 0, 9, { now: 0, later: 5, beyondPresent: 0 }],
])('letting %i in with %s free places and %i present is planned', (people, free, present, plan) => {
  expect(planLetIn(people, { free, counters: { ...counters, present } })).toEqual({ people, ...plan });
});

describe('the form of the inlet', () => {
  const room = (inlet: Room['inlet'], rest: Partial<Room> = {}) =>
    ({ id: 'a', title: 'a', mode: 'queue', message: null, capacity: null, inlet, ...rest }) as Room;

  test('changes what it shows, and leaves other fields alone', () => {
    const before = room({ strategy: 'periodic', increment: 5, every: '1m', start: '2031-01-01T00:00:00Z' });
    const form = { ...readInlet(before), increment: '7', size: '30' };
    expect(inletOf(form, before)).toEqual({
      inlet: { strategy: 'periodic', increment: 7, every: '1m', size: 30 },
      capacity: null,
    });
  });

  test('removes the fields of another strategy', () => {
    const before = room({ strategy: 'periodic', increment: 5, every: '1m', size: 9 }, { capacity: 4 });
    expect(inletOf({ ...readInlet(before), strategy: 'manual', size: '' }, before)).toEqual({
      inlet: { strategy: 'manual', increment: null, every: null, size: null },
      capacity: 4,
    });
  });

  test('passes on what is no number, so that the API says what is wrong', () => {
    const before = room({ strategy: 'rate', per_minute: 5 });
    expect(inletOf({ ...readInlet(before), per_minute: 'many' }, before)).toMatchObject({
      inlet: { per_minute: 'many' },
    });
  });
});

test('steps without a row are filled: nobody came, and as many are there as before', () => {
  const at = (minute: number) => new Date(minute * 60_000).toISOString();
  const row = {
    time: at(11),
    inflow: 4,
    outflow: 1,
    waiting: 9,
    present: 8,
    inside: 3,
    claimed: 2,
    missed: 0,
    left: 0,
  };
  const nothing = { inflow: 0, outflow: 0, claimed: 0, missed: 0, left: 0 };
  expect(fillSteps([row], 9.5 * 60_000, 13 * 60_000, 60_000)).toEqual([
    { ...nothing, time: at(10), waiting: 0, present: 0, inside: 0 },
    row,
    { ...nothing, time: at(12), waiting: 9, present: 8, inside: 3 },
  ]);
});

test('series are summed up, and their first top is found', () => {
  const rows = [1, 3, 3].map((inside, n) => ({ time: `t${n}`, inside }) as unknown as AnalyticsRow);
  expect(sumOf(rows, 'inside')).toBe(7);
  expect(topOf(rows, 'inside')).toEqual({ value: 3, time: 't1' });
  expect(topOf([], 'inside')).toBeNull();
});

test.each([
  [{ a: 1, b: { c: 1, d: 2 } }, { a: 1, b: { c: 1 } }, { b: { d: null } }],
  [{ a: 1 }, { b: 2 }, { a: null, b: 2 }],
  [{ a: { b: 1 } }, { a: [1] }, { a: [1] }],
  [null, { a: 1 }, { a: 1 }],
  [{ a: 1 }, { a: 1 }, {}],
])('the merge patch from %j to %j is %j', (before, after, patch) => {
  expect(mergePatchOf(before, after)).toEqual(patch);
});

test('people come evenly before a start, and fewer and fewer in the hour after it', () => {
  const event = { id: 'opening', prequeue_start: '2031-01-01T09:30:00Z', start: '2031-01-01T10:00:00Z' };
  const form = { event: 'opening', before: '60', after: '90', stay: '4', noShow: '5' };
  expect(simulationBody(form, [event])).toEqual({
    event: 'opening',
    arrivals: [
      { at: '0s', per_minute: 2 },
      { at: '30m', per_minute: 2 },
      { at: '30m', per_minute: 3 },
      { at: '90m', per_minute: 0 },
    ],
    visitors: { no_show: 0.05, dwell: { median: '240s', p95: '600s' } },
    duration: '390m',
  });
  expect(simulationBody({ ...form, event: '' }, [event]).arrivals[0]).toEqual({ at: '0s', people: 60 });
  expect(isSimulationForm(form)).toBe(true);
  expect(isSimulationForm({ ...form, before: '-1' })).toBe(false);
  expect(isSimulationForm({ ...form, noShow: '101' })).toBe(false);
  expect(isSimulationForm({ ...form, stay: 'long' })).toBe(false);
});

test('texts are found by their words and their key; without a search those that are replaced are shown', () => {
  const all = { 'legal.help': 'Help', 'legal.imprint': 'Legal notice', 'waiting.ahead': 'People ahead' };
  expect(keysToShow(all, [], 'LEGAL', 9)).toEqual(['legal.help', 'legal.imprint']);
  expect(keysToShow(all, [], 'ahead', 9)).toEqual(['waiting.ahead']);
  expect(keysToShow(all, [], 'legal', 1)).toEqual(['legal.help']);
  expect(keysToShow(all, ['legal.help', 'gone', 'gone'], ' ', 9)).toEqual(['legal.help', 'gone']);
});

describe('the words of the panel', () => {
  const read = (code: string) =>
    (JSON.parse(readFileSync(`panel/locales/${code}.json`, 'utf8')) as { messages: Record<string, string> }).messages;
  const [en, de] = [read('en'), read('de')];

  /** The names of the placeholders, each once. */
  const namesIn = (elements: readonly MessageFormatElement[]): string[] =>
    [
      ...new Set(
        elements.flatMap((element): string[] => {
          if (element.type === TYPE.literal || element.type === TYPE.pound) return [];
          if (element.type === TYPE.plural || element.type === TYPE.select) {
            return [element.value, ...Object.values(element.options).flatMap(({ value }) => namesIn(value))];
          }
          return [element.value];
        }),
      ),
    ].sort();

  test('name every action, every event that is shown, every alert and every reason why nobody is let in', () => {
    const names = [
      ...OPERATOR_ACTIONS.map((action) => `action.${action}`),
      ...ACTIVITY_TYPES.filter((type) => !isVisitorEvent(type) && !NOT_SHOWN.includes(type)).map(
        (type) => `activity.${type}`,
      ),
      ...[...ROOM_ALERTS, ...SERVICE_ALERTS].flatMap((alert) => [`alerts.${alert}`, `alerts.${alert}.hint`]),
      ...CHECKS.map((check) => `preflight.check.${check}`),
      ...REHEARSAL_STEPS.map((step) => `rehearse.step.${step}`),
      ...REHEARSED_STATES.map((state) => `rehearsal.state.${state}`),
      ...PREVIEW_STATES.map((state) => `theme.state.${state}`),
      ...HOLD_UP_CODES.map((code) => `sentence.${code}`),
    ];
    expect(names.filter((name) => !(name in en))).toEqual([]);
    expect(OFFERED_STATES).toEqual(PREVIEW_STATES);
  });

  test('name each problem that an operator can meet', () => {
    /** What only visitors and their sites meet. */
    const OF_VISITORS = [
      ...['room_closed', 'frame_refused', 'room_full', 'challenge_required', 'pass_required', 'pass_invalid'],
      ...['pass_moved', 'pass_unchecked', 'proof_invalid', 'challenge_unavailable', 'address_altered'],
      ...['ticket_required', 'ticket_invalid', 'admission_in_use', 'too_many_claims', 'not_your_turn', 'turn_missed'],
      ...['admission_over', 'admission_required', 'origin_refused'],
    ];
    const named = Object.keys(en).flatMap((key) => /^problem\.code\.(.*)/.exec(key)?.[1] ?? []);
    expect(new Set([...named, ...OF_VISITORS])).toEqual(new Set(PROBLEM_CODES));
  });

  test('have each sentence that the service says, and no other', () => {
    const SAID: readonly (readonly [file: string, call: RegExp, prefix: string])[] = [
      ['src/admin/preflight/checks.ts', /\bsays\('(\w+)'/g, 'preflight.says.'],
      ['src/admin/preflight/reach.ts', /\bsentence\('reach\.(\w+)'/g, 'reach.'],
      ['src/admin/relying-party-test.ts', /\bof\('\w+', '\w+', '(\w+)'/g, 'party_test.says.'],
      ['src/admin/relying-parties.ts', /\bsentence\('parties\.warning\.(\w+)'/g, 'parties.warning.'],
      ['src/settings/relying-party-warnings.ts', /\bwarning\('(\w+)'/g, 'parties.warning.'],
      ['src/waiting-room/visitor-report.ts', /\bsays\('(\w+)'/g, 'support.says.'],
    ];
    const said = SAID.flatMap(([file, call, prefix]) =>
      [...readFileSync(file, 'utf8').matchAll(call)].map(([, key]) => `${prefix}${key}`),
    );
    const prefixes = SAID.map(([, , prefix]) => prefix);
    const known = Object.keys(en).filter((key) => prefixes.some((prefix) => key.startsWith(prefix)));
    expect(new Set(known)).toEqual(new Set(said));
  });

  test('are in both languages, with the same placeholders', () => {
    expect(Object.keys(de)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(en)) {
      expect([key, namesIn(parse(de[key] ?? ''))]).toEqual([key, namesIn(parse(text))]);
    }
  });

  test('are short enough for a button, and none is empty', () => {
    for (const messages of [en, de]) expect(Object.values(messages).filter((text) => text.trim() === '')).toEqual([]);
  });
});
