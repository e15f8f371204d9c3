import { z } from 'zod';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
type Unit = keyof typeof UNITS;

const WIRE = /^(0|[1-9]\d*)(ms|s|m|h)$/;
const LONGEST = 365 * 24 * UNITS.h;

/** The milliseconds of `90s`, `10m`, `2h` or `500ms`, or null for any other text. */
export function parseDuration(text: string): number | null {
  const match = WIRE.exec(text);
  return match ? Number(match[1]) * UNITS[match[2] as Unit] : null;
}

/** The shortest text for a whole number of milliseconds: `600000` is `10m`, `90000` is `90s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  const unit = (['h', 'm', 's'] as const).find((each) => milliseconds % UNITS[each] === 0) ?? 'ms';
  return `${milliseconds / UNITS[unit]}${unit}`;
}

const MALFORMED = 'must be a duration such as 90s, 10m, 2h or 500ms';
/** A number without a unit is no duration, even as text. */
const sentenceOf = ({ input }: { readonly input?: unknown }) => (input === undefined ? undefined : MALFORMED);

/** A duration at most a year: `10m` on the wire, milliseconds inside. */
function durationFrom(shortest: 0 | 1) {
  const text = z.string({ error: sentenceOf }).meta({ pattern: WIRE.source, examples: ['90s', '10m', '2h', '500ms'] });
  return z.codec(text, z.number(), {
    decode(text, context) {
      const milliseconds = parseDuration(text);
      if (milliseconds !== null && milliseconds >= shortest && milliseconds <= LONGEST) return milliseconds;
      const message =
        milliseconds === null
          ? MALFORMED
          : `must be ${shortest === 0 ? '' : 'longer than 0 and '}at most a year (8760h)`;
      context.issues.push({ code: 'custom', message, input: text });
      return z.NEVER;
    },
    encode: formatDuration,
  });
}

/** A duration above zero. */
export const duration = durationFrom(1);

/** A duration, or `0s` for none. */
export const durationOrNone = durationFrom(0);
