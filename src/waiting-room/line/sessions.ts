/**
 * The browsers that use an admission. Each has a session, and carries a serial that advances with each use. A serial that
 * comes again was copied, or the answer with the next one was lost. Only the first answer of a serial that is used at
 * the site keeps it: the admission's record says so, and whatever comes with the former serial then is a copy.
 */

/** Uses of one session in a minute, without the one that began it. */
const FREE_USES = 10;
const MINUTE = 60_000;
/** Serials whose answers are void that an admission keeps, the latest. What was issued with them expires within a minute. */
const VOID_CAPACITY = 32;

/** A browser, or a copy of one. */
export interface Session {
  /** The first serial of it, and the one that it was issued for. */
  readonly id: number;
  readonly from: number;
  /** The serial that was issued last, and the one that it was issued for. */
  at: number;
  former: number;
  /** Whether `at` has come back: in a cookie, or by the use of what was issued with it. */
  isBack: boolean;
  /** Its uses within a minute from then on, by the line's time less `shifted`. */
  countedFrom: number;
  uses: number;
  /** What the gate knows its browser by; '' where it has not been there. */
  browser: string;
}

/** Of one admission. Serials count up from 1, which is that of a visitor who was admitted by the join itself. */
export interface Sessions {
  /** The last serial that was issued. */
  last: number;
  /** Browsers that may be inside: sessions that began, ever, and browsers that were copied and did not come since. */
  browsers: number;
  /** Serials up to this one are void, since a browser took over; 0 if none did. */
  voidTo: number;
  /** Serials after those whose answers are void. */
  voids: number[];
  list: Session[];
}

/** How often a request with the same serial has come: sent round once, and often enough. */
export type Attempt = 0 | 1 | 2;

/** A use of an admission. */
export interface Use {
  /** The serial that the browser has; 0 for none. */
  readonly serial: number;
  /** Browsers that may be inside. */
  readonly limit: number;
  readonly attempt: Attempt;
  /** Whether what is issued can be made void, so that its use shows that the browser got it. */
  readonly revocable: boolean;
  /** Whether this browser becomes the only one. */
  readonly takeOver?: boolean | undefined;
}

/**
 * - `opened`: the serial has come for the first time.
 * - `repeated`: it has come before, and nothing was done with the answer, which is void now.
 * - `forked`: it was used before. A copy of the browser is inside as well.
 * - `taken over`: this is the only browser from now on.
 * - `pending`: perhaps another tab has the next serial: the browser is to come again with what it has then.
 * - `copied`: it was used before, and as many browsers are inside as may be.
 * - `busy`: too many uses of the session in this minute.
 */
export type UseOutcome = 'opened' | 'repeated' | 'forked' | 'taken over' | 'pending' | 'copied' | 'busy';

/** The serial is 0 where none was issued. */
export interface Used {
  readonly outcome: UseOutcome;
  readonly serial: number;
}

/** What the doors need to know of an admission's sessions. */
export interface SessionsView {
  /** What was issued with serials up to this one is void. */
  readonly voidTo: number;
  readonly list: readonly Pick<Session, 'id' | 'browser'>[];
  /** The session of the serial that was asked about; 0 for none. */
  readonly asked: number;
}

type Numbered = Readonly<Pick<Session, 'id' | 'at' | 'former'>>;
type Viewed = { readonly voidTo: number; readonly list: readonly (Numbered & Pick<Session, 'browser'>)[] };

function usesAt({ countedFrom, uses }: Session, time: number): number {
  return time - countedFrom < MINUTE ? uses : 0;
}

function begin(sessions: Sessions, serial: number, time: number, uses: number): number {
  sessions.last += 1;
  const id = sessions.last;
  sessions.list.push({ id, from: serial, at: id, former: serial, isBack: false, countedFrom: time, uses, browser: '' });
  return id;
}

function advance(sessions: Sessions, session: Session, serial: number, time: number): number {
  const uses = usesAt(session, time) + 1;
  const countedFrom = uses === 1 ? time : session.countedFrom;
  sessions.last += 1;
  Object.assign(session, { at: sessions.last, former: serial, isBack: false, countedFrom, uses });
  return sessions.last;
}

/**
 * Browsers that come with a copy: itself, and the one that the serial was issued to, unless that was nobody. That one may
 * be among those that came with the serial, or not. The next copies with the serial are of the same one.
 */
function cost({ list }: Sessions, serial: number): number {
  return serial === 0 || list.some(({ id, from }) => from === serial && id !== list[0]?.id) ? 1 : 2;
}

/** The session that a serial is of, as far as it is known: of those that began before it the one that it fits best. */
export function sessionOf<S extends Numbered>(
  { list }: { readonly list: readonly S[] },
  serial: number,
): S | undefined {
  const exact = list.find(({ at, former }) => at === serial || former === serial);
  return exact ?? list.findLast(({ id }) => id <= serial);
}

/** A serial that is not known to be issued was: the store lost its last writes. Its session has it, as it seems. */
function catchUp(sessions: Sessions, serial: number): void {
  if (serial <= sessions.last) return;
  const session = sessionOf(sessions, serial);
  if (session) session.at = serial;
  sessions.last = serial;
}

/** Decides a use, and changes the sessions, which count only if a serial is issued. `time` is the line's, less `shifted`. */
export function useSerial(sessions: Sessions, use: Use, time: number): Used {
  const { serial, limit, attempt } = use;
  catchUp(sessions, serial);
  if (use.takeOver) {
    const uses = sessions.list.reduce((most, session) => Math.max(most, usesAt(session, time)), 0);
    if (uses >= FREE_USES) return { outcome: 'busy', serial: 0 };
    Object.assign(sessions, { voidTo: sessions.last, voids: [], list: [] });
    sessions.browsers = Math.max(sessions.browsers, limit);
    return { outcome: 'taken over', serial: begin(sessions, serial, time, uses + 1) };
  }
  if (sessions.list.length === 0) return { outcome: 'opened', serial: begin(sessions, serial, time, 0) };
  const current = sessions.list.find(({ at }) => at === serial);
  if (current) {
    if (usesAt(current, time) >= FREE_USES) return { outcome: 'busy', serial: 0 };
    return { outcome: 'opened', serial: advance(sessions, current, serial, time) };
  }
  if (attempt === 0) return { outcome: 'pending', serial: 0 };
  const unused = sessions.list.find(({ former, isBack }) => former === serial && !isBack);
  if (unused && attempt === 1) return { outcome: 'pending', serial: 0 };
  if (unused && use.revocable) {
    if (usesAt(unused, time) >= FREE_USES) return { outcome: 'busy', serial: 0 };
    sessions.voids = [...sessions.voids, unused.at].slice(-VOID_CAPACITY);
    return { outcome: 'repeated', serial: advance(sessions, unused, serial, time) };
  }
  const browsers = sessions.browsers + cost(sessions, serial);
  if (browsers > limit) return { outcome: 'copied', serial: 0 };
  sessions.browsers = browsers;
  return { outcome: 'forked', serial: begin(sessions, serial, time, 0) };
}

/** The sessions of an admission that is used for the first time, by a browser with this serial. */
export function newSessions(serial: number): Sessions {
  return { last: Math.max(serial, 1), browsers: 1, voidTo: 0, voids: [], list: [] };
}

/** What was issued with a serial is used. Whether it may be; the session, if it is known, has come back. */
export function markBack(sessions: Sessions, serial: number, browser: string, time: number): boolean {
  if (sessions.list.length === 0) {
    sessions.last = serial;
    sessions.list.push({
      id: serial,
      from: 0,
      at: serial,
      former: 0,
      isBack: true,
      countedFrom: time,
      uses: 0,
      browser,
    });
    return true;
  }
  if (serial <= sessions.voidTo || sessions.voids.includes(serial)) return false;
  catchUp(sessions, serial);
  const session = sessionOf(sessions, serial);
  if (!session) return true;
  if (session.at === serial) session.isBack = true;
  if (browser !== '') session.browser = browser;
  return true;
}

export function viewOf(sessions: Viewed, asked = 0): SessionsView {
  const list = sessions.list.map(({ id, browser }) => ({ id, browser }));
  return { voidTo: sessions.voidTo, list, asked: asked === 0 ? 0 : (sessionOf(sessions, asked)?.id ?? 0) };
}
