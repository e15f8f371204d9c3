import type { z } from 'zod';
import type { InletSettings } from '#waiting-room/room.ts';

/** What a strategy adds to the schema: an object with its name as `strategy`, and the settings of its own. */
export type InletSchema<Strategy extends InletSettings['strategy']> = z.ZodType<
  Extract<InletSettings, { strategy: Strategy }>
>;
