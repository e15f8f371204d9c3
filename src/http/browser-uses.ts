/**
 * Before a door issues something to a visitor who is inside: whether this browser may have it. The visitor's serial is in
 * a sealed cookie, which advances with what is issued. Where another request with the same serial came first, perhaps of
 * another tab, the browser is sent round, and brings what its cookies have then.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from 'koa';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Attempt } from '#waiting-room/line/sessions.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Seal } from '#waiting-room/seal.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { admissionCookieAge } from './admission-cookie-age.ts';
import type { EntryRequestOf } from './entry-requests.ts';
import { createSealedCookie } from './sealed-cookie.ts';

/** The parameter of an address whose browser was sent round. A visitor who changes it gains nothing. */
export const ROUND = 'anteroom_round';

/** Rounds with one serial, after which the answer with the next one counts as lost. */
const ROUNDS = 5;
/** Rounds in all. Browsers follow some twenty redirects. */
const MOST_ROUNDS = 12;
/** How long a browser waits before it is sent round once more, in ms: the answer to another tab is on its way. */
const PAUSE = 250;

/** How often a browser was sent round, and how often of these with the same serial. */
export interface Round {
  readonly serial: number;
  readonly same: number;
  readonly total: number;
}

export type BrowserUseStep =
  /** What is issued has the serial. */
  | { readonly step: 'issue'; readonly serial: number }
  /** The browser is to request the same once more, with this value of {@link ROUND}. */
  | { readonly step: 'round'; readonly round: string }
  /** As many browsers are inside as may be, and this one is none of them. */
  | { readonly step: 'copied' }
  /** The browser uses its admission too often. */
  | { readonly step: 'busy' };

/** A visitor who is inside. */
export interface Insider {
  readonly room: RoomId;
  readonly admission: Admission;
  /** Whether the request itself made the admission, by a join. */
  readonly isNew?: boolean | undefined;
  /** Whether the place moved here from another browser, which loses it. */
  readonly movesHere?: boolean | undefined;
}

export interface BrowserUses {
  /**
   * @param round as the request has it.
   * @param revocable whether what is issued can be made void until it is used.
   */
  begin(ctx: Context, insider: Insider, round: Round | null, revocable: boolean): Promise<BrowserUseStep>;
  /** This browser becomes the only one. Returns whether it could. */
  takeOver(ctx: Context, insider: Insider): Promise<boolean>;
}

export interface BrowserUsesDeps {
  readonly visitors: Pick<Visitors, 'useAdmission'>;
  readonly seal: Pick<Seal, 'seal' | 'open'>;
  readonly isSecure: boolean;
  readonly requestOf: EntryRequestOf;
  readonly now: () => number;
}

/** The serial of a visitor whom the join itself admitted. */
const FIRST = 1;

export function createBrowserUses({ visitors, seal, isSecure, requestOf, now }: BrowserUsesDeps): BrowserUses {
  const cookie = createSealedCookie(seal, isSecure, 'serial');
  const nameOf = ({ visitor, generation, number }: Admission) => `${visitor} ${generation} ${number}`;

  /** 0 where the browser has none of this admission. */
  function serialIn(ctx: Context, { room, admission }: Insider): number {
    const text = cookie.read(ctx.req.headers.cookie, room);
    const name = `${nameOf(admission)} `;
    return text?.startsWith(name) ? Number(text.slice(name.length)) : 0;
  }

  function give(ctx: Context, { room, admission }: Insider, serial: number): void {
    const age = admissionCookieAge(admission, now());
    ctx.append('Set-Cookie', cookie.write(room, `${nameOf(admission)} ${serial}`, age));
  }

  /** The serial that the browser gets; 0 if it may not. */
  async function takeOver(ctx: Context, insider: Insider): Promise<number> {
    const use = { visitor: insider.admission.visitor, serial: serialIn(ctx, insider), takeOver: true };
    const { address } = requestOf(ctx.req);
    const used = await visitors.useAdmission(insider.room, { ...use, attempt: 2, revocable: true, address });
    if (!used || used.serial === 0) return 0;
    give(ctx, insider, used.serial);
    return used.serial;
  }

  return {
    async begin(ctx, insider, round, revocable) {
      const { room, admission, isNew = false, movesHere = false } = insider;
      if (isNew) {
        give(ctx, insider, FIRST);
        return { step: 'issue', serial: FIRST };
      }
      if (movesHere) {
        const serial = await takeOver(ctx, insider);
        return serial === 0 ? { step: 'busy' } : { step: 'issue', serial };
      }
      const serial = serialIn(ctx, insider);
      const same = round?.serial === serial ? round.same : 0;
      const attempt: Attempt = same === 0 ? 0 : same < ROUNDS ? 1 : 2;
      const { visitor } = admission;
      const { address } = requestOf(ctx.req);
      const used = await visitors.useAdmission(room, { visitor, serial, attempt, revocable, address });
      switch (used?.outcome) {
        case 'copied':
        case 'busy':
          return { step: used.outcome };
        case 'pending': {
          const total = (round?.total ?? 0) + 1;
          if (total > MOST_ROUNDS) return { step: 'busy' };
          if (same > 0) await delay(PAUSE);
          return { step: 'round', round: `${serial}.${same + 1}.${total}` };
        }
        default:
          // The admission ended at this moment: what is issued is refused when it is used.
          if (used) give(ctx, insider, used.serial);
          return { step: 'issue', serial: used?.serial ?? serial };
      }
    },
    takeOver: async (ctx, insider) => (await takeOver(ctx, insider)) > 0,
  };
}

/** Path and query with the round, which is at the end. */
export const withRound = (url: string, round: string): string =>
  `${url.replace(new RegExp(`&${ROUND}=[^&]*`), '')}&${ROUND}=${round}`;

/** Null for what is no round. */
export function readRound(text: unknown): Round | null {
  const [, serial, same, total] = (typeof text === 'string' && /^(\d{1,15})\.(\d{1,3})\.(\d{1,3})$/.exec(text)) || [];
  return serial === undefined ? null : { serial: Number(serial), same: Number(same), total: Number(total) };
}
