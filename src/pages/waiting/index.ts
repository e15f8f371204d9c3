/**
 * The waiting page, which doors 1 and 2 share. It owns the page, its forms, its facts and its address. It does not own
 * what happens after admission: each door brings that as `pending`. It imports http and waiting-room, and no door.
 */
import type { Challenges } from '#challenges/index.ts';
import type { BrowserUses } from '#http/browser-uses.ts';
import type { Door } from '#http/door.ts';
import { firstOf, labelDoor } from '#http/door.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { Refuse } from '#http/refuse.ts';
import type { RecordRequest } from '#http/request-record.ts';
import type { RoomRules } from '#http/room-rules.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { NoticeRequests } from '#waiting-room/notice-requests.ts';
import type { Views } from '../views.ts';
import type { Addresses } from './address.ts';
import { createCurrentTicket } from './current-ticket.ts';
import { createNoticeProgress } from './notice-progress.ts';
import { createOwnFacts } from './own-facts.ts';
import type { WaitingPageDeps } from './page.ts';
import { createWaitingPage } from './page.ts';
import { createPresses } from './presses.ts';
import { createUnservedPage } from './unserved-page.ts';
import { createWaitingViews } from './waiting-views.ts';

export interface WaitingPageDoorDeps {
  readonly urls: PublicUrls;
  readonly waitingRoom: Pick<WaitingRoom, 'visitors' | 'snapshots' | 'origins' | 'seal'>;
  readonly addresses: Addresses;
  readonly cookies: VisitorCookies;
  readonly views: Pick<Views, 'page' | 'localeOf'>;
  readonly metrics: Pick<Metrics, 'polls'>;
  readonly recordRequest: RecordRequest;
  readonly refuse: Refuse;
  readonly challenges: Pick<Challenges, 'check' | 'use'>;
  readonly requestOf: EntryRequestOf;
  readonly roomRules: RoomRules;
  readonly noticeRequests: NoticeRequests;
  /** The public key of notifications; null where the service sends none. */
  readonly pushKey: string | null;
  readonly browserUses: Pick<BrowserUses, 'takeOver'>;
  readonly now: () => number;
}

/** @param doors how each door continues with its admitted visitors. */
export function createWaitingPageDoor(
  deps: WaitingPageDoorDeps,
  doors: { readonly pending: WaitingPageDeps['continuations'] },
): Door {
  const { addresses, cookies, refuse, metrics, challenges, requestOf, roomRules } = deps;
  const { visitors, snapshots, origins, seal } = deps.waitingRoom;
  const presses = createPresses({ visitors, seal, now: deps.now });
  const currentTicket = createCurrentTicket({ visitors, cookies });
  const noticeProgress = createNoticeProgress({ snapshots, noticeRequests: deps.noticeRequests });
  const onPoll = () => {
    metrics.polls.facts += 1;
  };
  const views = createWaitingViews(deps.views.page, deps.urls, {
    email: deps.noticeRequests.sends.email,
    pushKey: deps.pushKey,
  });
  return {
    raw: firstOf(
      createOwnFacts({ visitors, snapshots, currentTicket, addresses, noticeProgress, refuse, onPoll }),
      createUnservedPage({
        ...{ presses, snapshots, addresses, cookies, urls: deps.urls, recordRequest: deps.recordRequest },
        ...{ views: deps.views, waitingData: views.waitingData, continuations: doors.pending },
      }),
    ),
    // The page is the login step of OpenID Connect, also for visitors who came through /enter.
    middleware: labelDoor(
      'oidc',
      createWaitingPage({
        visitors,
        snapshots,
        origins,
        addresses,
        cookies,
        currentTicket,
        presses,
        challenges,
        requestOf,
        roomRules,
        noticeRequests: deps.noticeRequests,
        noticeProgress,
        localeOf: deps.views.localeOf,
        browserUses: deps.browserUses,
        render: deps.views.page,
        views,
        continuations: doors.pending,
        urls: deps.urls,
      }),
    ),
  };
}
