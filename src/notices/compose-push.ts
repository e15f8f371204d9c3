/** What a notification says, in the language of the visitor's page. `assets/push-worker.js` shows it. */
import type { Locale } from '#pages/locale/index.ts';
import { roomTexts } from '#pages/room-texts.ts';
import type { NoticeContent } from '#waiting-room/notice-requests.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

/** Characters of a room's title. */
const LONGEST_TITLE = 200;

/** A JSON text of less than the 3,993 bytes that a push service takes (RFC 8291 §4). */
export function composePush(localeOf: (code: string) => Locale, { lang, page }: NoticeContent, room: RoomSettings) {
  const locale = localeOf(lang);
  const { plain } = locale.messages;
  const { pathname, search } = new URL(page);
  return JSON.stringify({
    title: plain('notice.subject', { title: roomTexts(room, locale).title.slice(0, LONGEST_TITLE) }),
    body: plain('notice.push.body', {}),
    url: pathname + search,
    tag: room.id,
    lang: locale.code,
    dir: locale.dir,
  });
}
