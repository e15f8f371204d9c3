/** The settings of a room that say who may join, and from where. */
import { z } from 'zod';
import type { RoomSettings } from '#waiting-room/room.ts';
import { webOrigin } from './fields.ts';
import { lanes } from './lanes.ts';
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
  bind: z
    .enum(['browser', 'address', 'off'])
    .default('browser')
    .describe(
      "What the gate's cookie is bound to: the family of the browser, or its address as well. Navigations of others go through the room again.",
    ),
  rules,
  passes,
  lanes,
};

/** The same in an operator's request, or in an answer: a secret may be left out. */
export const accessBody = { ...access, passes: passesBody };

/** These settings of a room; one that an earlier version stored has the defaults. */
export const accessSettings = ({
  origins = [],
  frames = 'refuse',
  bind = 'browser',
  rules: given = [],
  passes: passSettings = null,
  lanes: shares = {},
}: RoomSettings) => ({
  origins: [...origins],
  frames,
  bind,
  rules: given as z.output<typeof rules>,
  passes: passSettings,
  lanes: { ...shares },
});
