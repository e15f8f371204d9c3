import { z } from 'zod';
import { fields, size } from '../fields.ts';

/** As many go in as fit. */
export const maxSize = fields({
  strategy: z.literal('max-size'),
  size,
});
