import { z } from 'zod';
import type { Reply, Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { PREVIEW_STATES, type PreviewTheme } from '#pages/theme/preview.ts';
import { languageCode } from '#settings/texts.ts';
import { theme } from '#settings/theme.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

const state = z.enum(PREVIEW_STATES).default('waiting').describe('What the page shows: waiting unless given.');
const lang = languageCode.optional().describe("The language of the page: the room's default unless given.");

const response = {
  200: {
    description: 'The page, whole in itself. Its policy lets no script run.',
    schema: z.string(),
    mediaType: 'text/html; charset=utf-8',
  },
};

/** What is to be seen: the saved theme unless another one is given. */
export const previewBody = z.strictObject({ theme: theme.nullable().optional(), state, lang }).meta({
  id: 'ThemePreview',
});

export interface ThemePreviewDeps {
  readonly operationsFor: OperationsFor;
  readonly previewTheme: PreviewTheme;
}

/** The waiting page in each state and language, with the theme of the room or one that is not saved. */
export function themePreviewRoutes({ operationsFor, previewTheme }: ThemePreviewDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/rooms/:room/theme/preview',
      operationId: 'previewSavedTheme',
      role: 'operator',
      summary: 'See the waiting page of a room in a state and language. The line is not touched.',
      params: inRoom,
      query: z.object({ state, lang }),
      response,
      problems: ['room_not_found'],
      async handle({ params, query, ctx }) {
        return showPreview(previewTheme, await operationsFor(ctx).room(params.room), query);
      },
    }),
    route({
      method: 'post',
      path: '/rooms/:room/theme/preview',
      operationId: 'previewTheme',
      role: 'operator',
      summary: 'See the waiting page of a room with a theme that is not saved. Nothing changes.',
      params: inRoom,
      body: previewBody,
      response,
      problems: ['room_not_found'],
      async handle({ params, body, ctx }) {
        return showPreview(previewTheme, await operationsFor(ctx).room(params.room), body);
      },
    }),
  ];
}

/** The page, with the policy that holds for it. */
export function showPreview(
  previewTheme: PreviewTheme,
  saved: RoomSettings,
  { theme: own, state: shown, lang: language }: Partial<z.output<typeof previewBody>>,
): Reply {
  const room = own === undefined ? saved : { ...saved, theme: own };
  const { html, headers } = previewTheme(room, shown ?? 'waiting', language);
  return { status: 200, text: { type: 'text/html; charset=utf-8', body: html }, headers };
}
