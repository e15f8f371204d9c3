import { z } from 'zod';
import { duration } from '../duration.ts';
import { calledUrl, fields, perMinute, size } from '../fields.ts';

const every = duration.refine((interval) => interval >= 1000, 'must be at least 1s').prefault('5s');

/** Adapts the rate so that the origin meets its targets. */
export const adaptive = fields({
  strategy: z.literal('adaptive'),
  min_per_minute: perMinute,
  max_per_minute: perMinute,
  target_latency: duration,
  target_error_rate: z.number().min(0).max(1),
  health: fields({ url: calledUrl, every }).optional(),
  prometheus: fields({
    url: calledUrl,
    latency: z.string().min(1).max(4000),
    error_rate: z.string().min(1).max(4000).optional(),
    every,
  }).optional(),
  size: size.optional(),
}).refine(({ min_per_minute, max_per_minute }) => min_per_minute <= max_per_minute, {
  error: 'must not be less than min_per_minute',
  path: ['max_per_minute'],
});
