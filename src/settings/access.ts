/** The settings of a room that say who may join, and from where. */
import { z } from 'zod';
import type { RoomSettings } from '#waiting-room/room.ts';
import { webOrigin } from './fields.ts';
import { passes, passesBody } from './passes.ts';
import { rules } from './rules.ts';

export const access = {
  origins: z
    .array(webOrigin)
    .default([])
    .describe(
      "Web origins whose pages may call the tickets API. Without any: those of return_urls and of the redirect URIs of the room's relying parties.",
    ),
  frames: z
    .enum(['refuse', 'same-site'])
    .default('refuse')
    .describe('Whether visitors may join from within a frame: never, or on a page of the same site.'),
  rules,
  passes,
};

/** The same in an operator's request, or in an answer: a secret may be left out. */
export const accessBody = { ...access, passes: passesBody };

/** These settings of a room; one that an earlier version stored has the defaults. */
export const accessSettings = ({
  origins = [],
  frames = 'refuse',
  rules: given = [],
  passes: passSettings = null,
}: RoomSettings) => ({
  origins: [...origins],
  frames,
  rules: given as z.output<typeof rules>,
  passes: passSettings,
});
