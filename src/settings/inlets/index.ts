import { z } from 'zod';
import type { InletSettings } from '#waiting-room/inlets/index.ts';
import { adaptive } from './adaptive.ts';
import { manual } from './manual.ts';
import { maxSize } from './max-size.ts';
import { periodic } from './periodic.ts';
import { rate } from './rate.ts';

/** The strategies that raise the serving counter, one a file. To add one, add it to this list. */
export const inlet = z.discriminatedUnion('strategy', [manual, periodic, rate, maxSize, adaptive]);

inlet satisfies z.ZodType<InletSettings>;
