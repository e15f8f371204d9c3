import { z } from 'zod';
import { fields, size, unit } from '../fields.ts';

/** Only operators raise the serving counter. `unit` is what the control panel raises over. */
export const manual = fields({
  strategy: z.literal('manual'),
  unit: unit.optional(),
  size: size.optional(),
});
