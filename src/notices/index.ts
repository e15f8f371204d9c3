/**
 * Messages to visitors ahead of their turn. This folder owns when they are sent and what they say. It does not decide who
 * may ask for one: that is `waiting-room/notice-requests.ts`. It imports the locales of pages, outbound, telemetry and
 * waiting-room.
 *
 * One process at a time sends. A notice leaves the queue before it is sent, so nobody gets two. It goes back where the
 * server has certainly not accepted the message.
 */
import type { Outbound } from '#outbound/index.ts';
import type { Views } from '#pages/views.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { Leases } from '#waiting-room/ports/leases.ts';
import type { NoticeQueue } from '#waiting-room/ports/notice-queue.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Seal } from '#waiting-room/seal.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import { createComposeMail } from './compose-mail.ts';
import { composePush } from './compose-push.ts';
import { createSendMail, type SmtpOptions } from './send-mail.ts';
import { createSendPush, type VapidOptions } from './send-push.ts';
import { createNoticeSender, type NoticeSender, type SendNotice } from './sender.ts';

export type { NoticeSender } from './sender.ts';

export interface NoticesDeps {
  /** Null: no e-mail is sent. */
  readonly smtp: SmtpOptions | null;
  /** Null: no notification is sent. */
  readonly push: VapidOptions | null;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly store: { readonly notices: NoticeQueue; readonly leases: Leases };
  readonly rooms: () => Promise<readonly RoomSettings[]>;
  readonly snapshots: Pick<Snapshots, 'get' | 'place'>;
  readonly seal: Pick<Seal, 'open'>;
  readonly views: Pick<Views, 'locale'>;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly metrics: Pick<Metrics, 'noticeSent'>;
  readonly now: () => number;
}

export function createNotices({ smtp, push, outbound, store, views, ...deps }: NoticesDeps): NoticeSender {
  if (!smtp && !push) return { look: async () => undefined, quiet: async () => undefined, stop: async () => undefined };
  return createNoticeSender({
    ...deps,
    queue: store.notices,
    leases: store.leases,
    email: smtp && emailing(smtp, views),
    push: push && pushing(push, outbound, views),
  });
}

function emailing(smtp: SmtpOptions, views: NoticesDeps['views']): SendNotice {
  const compose = createComposeMail(views.locale, smtp.from);
  const sendMail = createSendMail(smtp);
  return async (content, room) => ('to' in content ? sendMail(await compose(content, room)) : null);
}

/** For how long a push service keeps a notification beyond the time that it is sent ahead, in seconds. */
const KEPT_LONGER = 600;

function pushing(vapid: VapidOptions, outbound: NoticesDeps['outbound'], views: NoticesDeps['views']): SendNotice {
  const sendPush = createSendPush(vapid, outbound);
  return async (content, room) =>
    'push' in content
      ? sendPush({
          subscription: content.push,
          payload: composePush(views.locale, content, room),
          topic: `${room.id} ${content.page}`,
          ttl: Math.ceil((room.notify?.before ?? 0) / 1000) + KEPT_LONGER,
        })
      : null;
}
