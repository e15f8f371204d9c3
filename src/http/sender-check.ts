/** Why nobody joins by a request: it comes from a frame, or from a page of a site that the room does not know. */
import type { Context } from 'koa';
import type { JoinRefused } from '#waiting-room/errors.ts';
import type { RoomId, RoomSettings } from '#waiting-room/room.ts';
import type { RoomOrigins } from '#waiting-room/room-origins.ts';
import { frameRefusal, frameRefused, senderOf } from './navigation.ts';
import type { PublicUrls } from './public-urls.ts';

type Request = Pick<Context, 'get'>;

export interface SenderCheck {
  /**
   * Whether a page of a foreign site sent the request. Rejects like {@link RoomOrigins.allows}.
   *
   * @param urls of sites that may send it too, as those of the relying party.
   */
  isForeign(request: Request, room: RoomId, urls: readonly string[]): Promise<boolean>;
  /** Null if the visitor may join. A visitor who has a place keeps it in any case. */
  refusal(
    request: Request,
    settings: Pick<RoomSettings, 'id' | 'frames'>,
    urls: readonly string[],
  ): Promise<JoinRefused | null>;
}

export interface SenderCheckDeps {
  readonly origins: Pick<RoomOrigins, 'allows'>;
  readonly urls: Pick<PublicUrls, 'origin'>;
}

export function createSenderCheck({ origins, urls: own }: SenderCheckDeps): SenderCheck {
  async function isKnown(origin: string, room: RoomId, urls: readonly string[]): Promise<boolean> {
    if (origin === own.origin || urls.some((url) => URL.parse(url)?.origin === origin)) return true;
    return origins.allows(room, origin);
  }

  async function isForeign(request: Request, room: RoomId, urls: readonly string[]): Promise<boolean> {
    // Nearly all requests are those of a known sender as well as of an unknown one.
    if (senderOf(request, false) !== 'foreign page') return false;
    return !(await isKnown(request.get('Origin'), room, urls));
  }

  return {
    isForeign,
    async refusal(request, { id, frames }, urls) {
      return frameRefusal(request, frames) ?? ((await isForeign(request, id, urls)) ? frameRefused() : null);
    },
  };
}
