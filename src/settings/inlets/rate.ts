import { z } from 'zod';
import { fields, perMinute, size } from '../fields.ts';

/** Serves `per_minute` present visitors per minute. */
export const rate = fields({
  strategy: z.literal('rate'),
  per_minute: perMinute,
  burst: z.int().min(1).max(1_000_000).optional(),
  size: size.optional(),
});
