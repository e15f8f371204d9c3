import { z } from 'zod';
import { fields, size } from '../fields.ts';

/** The operator raises the serving counter by hand. */
export const manual = fields({
  strategy: z.literal('manual'),
  size: size.optional(),
});
