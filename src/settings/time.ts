import { z } from 'zod';

/** A time: ISO 8601 with seconds and an offset on the wire (`2026-11-24T10:00:00Z`), milliseconds inside. */
export const time = z.codec(
  z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-24T10:00:00Z' }),
  z.number(),
  {
    decode: (text) => Date.parse(text),
    encode: (milliseconds) => new Date(milliseconds).toISOString(),
  },
);
