/** What a message says, in the language of the visitor's page. */
import ejs from 'ejs';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Locale } from '#pages/locale/index.ts';
import { roomTexts } from '#pages/room-texts.ts';
import type { NoticeContent } from '#waiting-room/notice-requests.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Mail } from './send-mail.ts';

export type ComposeMail = (content: MailContent, room: RoomSettings) => Promise<Mail>;

export type MailContent = Extract<NoticeContent, { readonly to: string }>;

/** A title may be written in the other direction than the text (UAX #9, isolates). */
const isolate = (text: string) => `\u2068${text}\u2069`;
/** Line breaks and other controls have no place in a header. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

/** @param from an address, or `Name <address>`. */
export function createComposeMail(localeOf: (code: string) => Locale, from: string): ComposeMail {
  const envelopeFrom = /<([^<>]+)>$/.exec(from)?.[1] ?? from;
  return async ({ to, lang, page }, room) => {
    const locale = localeOf(lang);
    const { plain, html } = locale.messages;
    const title = oneLine(roomTexts(room, locale).title);
    const paragraphs = [
      html('notice.mail'),
      `<a href="${ejs.escapeXML(page)}">${ejs.escapeXML(page)}</a>`,
      html('notice.mail.once'),
    ];
    const composed = new MailComposer({
      from,
      to: { name: '', address: to },
      subject: plain('notice.subject', { title: locale.dir === 'rtl' ? isolate(title) : title }),
      text: [plain('notice.mail', {}), page, plain('notice.mail.once', {})].join('\n\n'),
      html: `<html lang="${locale.code}" dir="${locale.dir}"><body>${paragraphs.map((text) => `<p>${text}</p>`).join('')}</body></html>`,
      // RFC 3834 §5: nobody answers that they are away.
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return { from: envelopeFrom, to, message: await composed.compile().build() };
  };
}
