import { z } from 'zod';
import { manual } from './manual.ts';
import { maxSize } from './max-size.ts';

/** What raises the serving counter; one file a strategy. */
export const inlet = z.discriminatedUnion('strategy', [manual, maxSize]);
