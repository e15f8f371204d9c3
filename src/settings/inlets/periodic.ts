import { z } from 'zod';
import { duration } from '../duration.ts';
import { fields, size, unit } from '../fields.ts';
import { time } from '../time.ts';

/** Serves `increment` present visitors, or numbers, in each period. */
export const periodic = fields({
  strategy: z.literal('periodic'),
  increment: z.int().min(1).max(1_000_000),
  every: duration.refine((every) => every >= 1000, 'must be at least 1s'),
  start: time.optional(),
  end: time.optional(),
  unit: unit.optional(),
  size: size.optional(),
}).refine(({ start, end }) => start === undefined || end === undefined || start < end, {
  error: 'must be after the start',
  path: ['end'],
});
