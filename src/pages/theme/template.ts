/** A waiting page from an operator's template: its parts with the values of a visitor. */
import { compileTemplate, readTemplate, type TemplateState, type Values } from '#themes/index.ts';
import type { Facts } from '#waiting-room/facts.ts';
import type { Locale } from '../locale/index.ts';
import type { ShownText } from '../room-texts.ts';

/** What the page of a visitor is made from. */
export interface TemplateData {
  /** What the view was given. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The page's own part, which knows the state. */
  readonly content: string;
  readonly name: string;
  readonly logo: string;
  readonly locale: Locale;
}

/** What the layout puts around the page's own part. */
interface Around {
  readonly title: string | null;
  readonly head: string;
  readonly attributes: string;
  readonly before: string;
  readonly after: string;
  readonly hasMain: boolean;
}

export type DressedPage = (of: TemplateData) => Around;

/** Null for one that this version refuses: the page is there all the same. */
export function templateOf(source: string): { readonly page: DressedPage; readonly css: string } | null {
  const read = readTemplate(source);
  if ('faults' in read) return null;
  const title = read.title === null ? null : compileTemplate(read.title);
  const [head, attributes, body] = [read.head, read.attributes, read.body].map(compileTemplate);
  if (!head || !attributes || !body) return null;
  return {
    css: read.css,
    page: (of) => {
      const values = valuesOf(of);
      const [before, after] = body(values);
      return {
        ...{ before, after, hasMain: read.hasMain, title: title?.(values)[0] ?? null },
        ...{ head: head(values)[0], attributes: attributes(values)[0] },
      };
    },
  };
}

const CLOSED: readonly string[] = ['closed', 'sold_out', 'ended', 'maintenance'];

const STATES: readonly TemplateState[] = [
  ...(['before_start', 'waiting', 'paused', 'served', 'expired', 'missed_start', 'cancelled', 'closed'] as const),
  ...(['sold_out', 'ended', 'maintenance', 'full', 'challenge', 'unavailable'] as const),
];

/** All but text, numbers and truths would give a template more than what it shows. */
function valuesOf({ data, content, name, logo, locale }: TemplateData): Values {
  const facts = data.facts as Facts | null;
  const number = data.number as number | null;
  const { formats, messages } = locale;
  const state = /\bdata-state="(\w+)"/.exec(content)?.[1] ?? 'unavailable';
  const ahead = facts?.people_ahead ?? 0;
  const atJoin = facts?.people_ahead_at_join ?? 0;
  const estimate = facts?.estimated_wait ?? null;
  const wait = estimate ? formats.minutes(estimate) : '';
  const minutes = (seconds: number | undefined) => Math.ceil((seconds ?? 0) / 60);
  const most = minutes(estimate?.high);
  const untilStart = secondsUntil(facts);
  const states = Object.fromEntries(STATES.map((one) => [`is_${one}`, one === state])) as Pick<
    Values,
    `is_${TemplateState}`
  >;
  return {
    ...states,
    title: `${data.title ?? ''}`,
    message: (data.message as ShownText | null)?.text ?? '',
    site: `${data.site ?? ''}`,
    heading: messages.plain(`waiting.heading.${state}`, {}),
    number: number === null ? '' : formats.number(number),
    people_ahead: ahead > 0 ? formats.number(ahead) : 0,
    progress: atJoin > 0 ? Math.round(Math.max(0, 1 - ahead / atJoin) * 100) : 0,
    estimated_wait: wait,
    starts_at: facts?.starts_at ?? '',
    claim_by: facts?.claim_by ?? '',
    updated_at: facts?.updated_at ?? '',
    ...{ name, logo, state, lang: locale.code, dir: locale.dir },
    inWaitingRoom: state !== 'served',
    waitTimeKnown: estimate !== null,
    waitTime: most,
    waitTimeHours: Math.floor(most / 60),
    waitTimeHourMinutes: most % 60,
    waitTimeFormatted: wait,
    waitTime25Percentile: minutes(estimate?.low),
    waitTime50Percentile: minutes(estimate ? (estimate.low + estimate.high) / 2 : 0),
    waitTime75Percentile: most,
    queueIsFull: state === 'full',
    queueAll: state === 'paused',
    lastUpdated: facts?.updated_at ?? '',
    refreshIntervalSeconds: facts?.heartbeat_after ?? 0,
    isFIFOQueue: !CLOSED.includes(state) && data.order !== 'draw',
    isRandomQueue: data.order === 'draw',
    isPassthroughQueue: false,
    isRejectQueue: CLOSED.includes(state),
    isWaitingRoomNotOpen: state === 'before_start' || CLOSED.includes(state),
    isEventPrequeueing: state === 'before_start',
    timeUntilEventStart: minutes(untilStart),
    timeUntilEventStartFormatted: untilStart > 0 ? formats.duration(untilStart) : '',
    shuffleAtEventStart: data.order === 'draw',
  };
}

function secondsUntil(facts: Facts | null): number {
  if (!facts?.starts_at) return 0;
  return Math.max(0, (Date.parse(facts.starts_at) - Date.parse(facts.updated_at)) / 1000);
}
