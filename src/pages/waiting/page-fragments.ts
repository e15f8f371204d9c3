/**
 * The waiting page of a visitor with an unserved number, cut into the texts between what differs from visitor to visitor.
 * The view itself is rendered with values that occur nowhere else, and cut where they are. It is then rendered with
 * others, and if the pieces do not give the same page, there are no pieces. So the view may change without this file.
 */
import ejs from 'ejs';
import type { Range } from '#waiting-room/estimate.ts';
import { gzipParts, type Part, storedPart } from '../gzip-parts.ts';
import type { Formats } from '../locale/formats.ts';

/** What differs between the pages of two visitors, in one snapshot, language and state. */
export interface PageValues {
  readonly number: number;
  /** The characters beside it; null where there are none. */
  readonly code: string | null;
  readonly ahead: number;
  /** 0 if it is not known. */
  readonly atJoin: number;
  readonly estimate: Range | null;
}

/**
 * A page without the values of a visitor. Filled pages are texts of bytes, a character each (latin1): Node joins a text
 * with the headers into one write, and makes two writes of a Buffer.
 */
export interface CutPage {
  /** The page with these values, in UTF-8. */
  fill(values: PageValues): string;
  /** The same, as a gzip stream. */
  fillGzip(values: PageValues): string;
}

export type RenderValues = (values: PageValues) => string;

/** What the view shows of the values. The formatted texts come first: a digit string may be part of one. */
const SHOWN: readonly ((values: PageValues, formats: Formats) => string | null)[] = [
  ({ estimate }, formats) => estimate && ejs.escapeXML(formats.minutes(estimate)),
  ({ number }, formats) => formats.number(number),
  ({ code }) => code,
  ({ ahead }, formats) => (ahead > 0 ? formats.number(ahead) : null),
  ({ number }) => `${number}`,
  ({ atJoin }) => (atJoin > 0 ? `${atJoin}` : null),
  ({ ahead, atJoin }) => (ahead > 0 && atJoin > 0 ? Math.max(0, 1 - ahead / atJoin).toFixed(3) : null),
];

const PROBE = { number: 8_070_605_041, code: 'Q7Z9X5', ahead: 5_040_302_011, atJoin: 9_010_203_071 } as const;
const PROBE_ESTIMATE: Range = { low: 86_460, high: 172_920 };
const SECOND = { number: 1_234, code: 'K7QF', ahead: 3, atJoin: 17 } as const;
const SECOND_ESTIMATE: Range = { low: 60, high: 240 };

/** Pages with the same key have the same pieces: a value that is 0 or unknown shows other texts. */
export function pieceKey({ code, ahead, atJoin, estimate }: PageValues): string {
  return `${code === null ? '' : 'c'}${ahead > 0 ? 'a' : ''}${atJoin > 0 ? 'j' : ''}${estimate ? 'e' : ''}`;
}

/**
 * Null where the view cannot be cut for values of this kind.
 * @param compress compresses a text, when a page is asked for as a gzip stream.
 */
export function cutPage(
  render: RenderValues,
  kind: PageValues,
  formats: Formats,
  compress: (text: string) => Part,
): CutPage | null {
  const alike = (values: Omit<PageValues, 'estimate'>, estimate: Range): PageValues => ({
    number: values.number,
    code: kind.code && values.code,
    ahead: kind.ahead > 0 ? values.ahead : 0,
    atJoin: kind.atJoin > 0 ? values.atJoin : 0,
    estimate: kind.estimate && estimate,
  });
  const probe = alike(PROBE, PROBE_ESTIMATE);
  const cut = cutAt(render(probe), probe, { formats, compress });
  const second = alike(SECOND, SECOND_ESTIMATE);
  return cut.fill(second) === inBytes(render(second)) ? cut : null;
}

/** The UTF-8 of a text as characters. */
function inBytes(text: string): string {
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');
}

interface Cutting {
  readonly formats: Formats;
  readonly compress: (text: string) => Part;
}

function cutAt(html: string, probe: PageValues, { formats, compress }: Cutting): CutPage {
  const shown = SHOWN.map((show) => ({ show, text: show(probe, formats) }));
  const texts: string[] = [];
  const holes: number[] = [];
  /** Where each is next, of those that are. The first one wins where two begin at the same place. */
  let next = shown.flatMap(({ text }, hole) => (text === null ? [] : [{ hole, text, at: html.indexOf(text) }]));
  let from = 0;
  for (;;) {
    for (const each of next) if (each.at >= 0 && each.at < from) each.at = html.indexOf(each.text, from);
    next = next.filter(({ at }) => at >= 0);
    const [first, ...others] = next;
    if (!first) break;
    const { hole, text, at } = others.reduce((best, each) => (each.at < best.at ? each : best), first);
    texts.push(html.slice(from, at));
    holes.push(hole);
    from = at + text.length;
  }
  texts.push(html.slice(from));
  const plain = texts.map(inBytes);
  const used = SHOWN.map((_, i) => holes.includes(i));
  const filledWith = (values: PageValues) => SHOWN.map((show, i) => (used[i] ? (show(values, formats) ?? '') : ''));
  let compressed: readonly Part[] | null = null;

  return {
    fill(values) {
      const filled = filledWith(values).map(inBytes);
      let page = '';
      plain.forEach((text, i) => {
        page += text;
        const hole = holes[i];
        if (hole !== undefined) page += filled[hole];
      });
      return page;
    },
    fillGzip(values) {
      const filled = filledWith(values).map(storedPart);
      compressed ??= texts.map(compress);
      return gzipParts(
        compressed.flatMap((text, i) => {
          const hole = holes[i];
          const part = hole === undefined ? undefined : filled[hole];
          return part ? [text, part] : [text];
        }),
      ).toString('latin1');
    },
  };
}
