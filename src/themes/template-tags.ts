/** The tags of a Mustache template: which are allowed, and their way through a parser of HTML and back. */
import Mustache from 'mustache';
import { lineAt } from './fault.ts';

/** Where the page's own forms and facts stand. */
export const FORM = '{{{form}}}';

/** States of the waiting page: `is_NAME` is true in one of them. */
const STATES = [
  ...['before_start', 'waiting', 'paused', 'served', 'expired', 'missed_start', 'cancelled', 'closed', 'sold_out'],
  ...['ended', 'maintenance', 'full', 'challenge', 'unavailable'],
] as const;

/** Names of Cloudflare Waiting Room. */
const CLOUDFLARE = [
  ...['inWaitingRoom', 'waitTimeKnown', 'waitTime', 'waitTimeHours', 'waitTimeHourMinutes', 'waitTimeFormatted'],
  ...['waitTime25Percentile', 'waitTime50Percentile', 'waitTime75Percentile', 'queueIsFull', 'queueAll'],
  ...['lastUpdated', 'refreshIntervalSeconds', 'isFIFOQueue', 'isRandomQueue', 'isPassthroughQueue', 'isRejectQueue'],
  ...['isWaitingRoomNotOpen', 'isEventPrequeueing', 'timeUntilEventStart', 'timeUntilEventStartFormatted'],
  'shuffleAtEventStart',
] as const;

const OWN = [
  ...['title', 'name', 'logo', 'lang', 'dir', 'state', 'heading', 'message', 'number', 'people_ahead', 'progress'],
  ...['estimated_wait', 'starts_at', 'claim_by', 'updated_at', 'site'],
] as const;

export type TemplateState = (typeof STATES)[number];
export type TemplateVariable = (typeof CLOUDFLARE)[number] | (typeof OWN)[number] | `is_${TemplateState}`;

export const VARIABLES: readonly TemplateVariable[] = [
  ...OWN,
  ...STATES.map((state) => `is_${state}` as const),
  ...CLOUDFLARE,
];
const KNOWN: ReadonlySet<string> = new Set(VARIABLES);

/** A tag that is hidden from the parser of HTML. */
export interface Placed {
  readonly kind: 'value' | 'form' | 'open' | 'close';
  readonly index: number;
  readonly text: string;
  readonly line: number;
  /** Of a section's end: the index of its start. */
  readonly open?: number;
}

export type Values = Readonly<Record<TemplateVariable, string | number | boolean>>;

/** Without its cache, which never forgets a template. */
const writer = Object.assign(new Mustache.Writer(), { templateCache: undefined });

/** Stands for the form while the values are put in. */
const SPLIT = '\uE002';

/** Renders a part of a template, as the texts before and after the form. */
export type RenderPart = (values: Values) => readonly [before: string, after: string];

/** Values are escaped, and none is a function or has members. */
export function compileTemplate(part: string): RenderPart {
  const tokens = writer.parse(part, ['{{', '}}']);
  return (values) => {
    const given: Record<string, unknown> = Object.create(null);
    for (const [name, value] of Object.entries(values)) {
      given[name] = typeof value === 'string' ? value.replaceAll(SPLIT, '') : value;
    }
    given.form = SPLIT;
    const [before = '', after = ''] = writer.renderTokens(tokens, new Mustache.Context(given)).split(SPLIT);
    return [before, after];
  };
}

type Token = readonly [type: string, value: string, start: number, end: number, inner?: Token[], close?: number];

/** Puts marks in the place of tags, so that HTML sees texts. */
export function hide(source: string, add: (line: number, what: string) => void) {
  const tags: (Placed & { readonly start: number; readonly end: number })[] = [];
  const none = { html: '', tags };
  const reserved = source.search(/[\uE000-\uE002]/);
  if (reserved >= 0) {
    add(lineAt(source, reserved), 'has a character for private use');
    return none;
  }
  let tokens: Token[];
  try {
    tokens = writer.parse(source, ['{{', '}}']) as unknown as Token[];
  } catch (error) {
    const { message } = error as Error;
    add(lineAt(source, Number(/ at (\d+)$/.exec(message)?.[1] ?? 0)), `is not Mustache: ${message.toLowerCase()}`);
    return none;
  }
  const place = (kind: Placed['kind'], start: number, end: number, open?: number) => {
    const more = open === undefined ? {} : { open };
    tags.push({
      kind,
      index: tags.length,
      text: source.slice(start, end),
      line: lineAt(source, start),
      start,
      end,
      ...more,
    });
    return tags.length - 1;
  };
  const walk = (inner: readonly Token[], depth: number) => {
    for (const [type, name, start, end, children = [], close = 0] of inner) {
      if (type === 'text') continue;
      const what = tagFault(type, name, depth);
      if (what) add(lineAt(source, start), what);
      if (type === '#' || type === '^') {
        const open = place('open', start, end);
        walk(children, depth + 1);
        place('close', close, source.indexOf('}}', close) + 2, open);
      } else {
        place(type === '&' ? 'form' : 'value', start, end);
      }
    }
  };
  walk(tokens, 0);
  let html = '';
  let from = 0;
  for (const { index, start, end, text } of tags) {
    // Lines stay the same.
    html += `${source.slice(from, start)}\uE000${index}\uE001${text.replace(/[^\n]/g, '')}`;
    from = end;
  }
  return { html: html + source.slice(from), tags };
}

/** Puts the tags back. */
export function show(html: string, tags: readonly Placed[]): string {
  return html.replace(/\uE000(\d+)\uE001/g, (_, index: string) => tags[Number(index)]?.text ?? '');
}

/** Deeper sections are none that anybody wrote. */
const DEEPEST = 20;

function tagFault(type: string, name: string, depth: number): string | null {
  if (depth > DEEPEST) return 'has too many sections in each other';
  if (type === '!') return null;
  if (type === '>') return `has the partial ${name}: a template is one page`;
  if (type === '=') return 'changes the delimiters';
  if (type === '&') {
    if (name !== 'form') return `shows ${name} without escaping it: write {{${name}}}`;
    return depth > 0 ? `has ${FORM} in a section: it must always be there` : null;
  }
  if (name === 'form') return `shows form escaped: write ${FORM}`;
  return KNOWN.has(name) ? null : `has ${name}, which is no variable of a template`;
}
