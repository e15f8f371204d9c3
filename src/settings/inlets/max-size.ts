import { z } from 'zod';
import { fields, size } from '../fields.ts';

/** Serves as many visitors as the size allows. */
export const maxSize = fields({
  strategy: z.literal('max-size'),
  size,
});
