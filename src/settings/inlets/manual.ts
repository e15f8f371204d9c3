import { z } from 'zod';
import { fields, size } from '../fields.ts';

/** Only operators raise the serving counter. */
export const manual = fields({
  strategy: z.literal('manual'),
  size: size.optional(),
});
