/** The ledger of admissions: an item a number, so that a number is claimed at most once. */
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Restoration } from '#waiting-room/line/ledger.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import { type Database, type Expression, itemKey } from './database.ts';
import { admissionKey, insideIndex, insideIndexes, type LineName } from './keys.ts';
import { type Item, N, numberOf, S, textOf } from './values.ts';

/** An admission of the ledger whose time has not passed. Its times are less what pauses stopped. */
export type Entry = Restoration['admissions'][number] & {
  /** Whether it has not ended. */
  readonly isActive: boolean;
};

export interface Ledger {
  /**
   * Enters an admission, or what changed of it. False where its number was claimed before by another visitor, or by the
   * same one, whose admission is over.
   */
  enter(line: LineName, admission: Admission): Promise<boolean>;
  /** Marks the admission of a number as ended, if it is this visitor's. */
  end(line: LineName, number: number, visitor: VisitorId, status: 'completed' | 'abandoned'): Promise<void>;
  /**
   * Lets a number whose admission is over be claimed again. Whose admission it was; false where it is not over.
   */
  reopen(line: LineName, number: number, now: number): Promise<VisitorId | null | false>;
  /** Removes an admission that nobody was told of. */
  remove(line: LineName, number: number, visitor: VisitorId): Promise<void>;
  /**
   * The admissions of a line whose time has not passed at `time`, which is less what pauses stopped. What was entered
   * within the last moment may lack.
   */
  inside(line: LineName, time: number): Promise<readonly Entry[]>;
}

export interface LedgerDeps {
  readonly database: Pick<Database, 'putNew' | 'update' | 'remove' | 'later'>;
  /** Of the tokens that an admission gets. */
  readonly issuer: string;
  /** For how long after its deadline a confirmation may be on its way to the ledger, in ms. */
  readonly onItsWay?: number | undefined;
}

const ON_ITS_WAY = 5000;
const STATUS = { '#status': 'status' };

export function createLedger({ database, issuer, onItsWay = ON_ITS_WAY }: LedgerDeps): Ledger {
  const isOf = (visitor: VisitorId): Expression => ({
    text: 'visitor = :visitor AND #status = :active',
    names: STATUS,
    values: { ':visitor': S(visitor), ':active': S('active') },
  });

  return {
    async enter(line, { visitor, number, issuedAt, expiresAt, confirmBy, stopped = 0 }) {
      const { text, names, values } = isOf(visitor);
      const item = {
        ...itemKey(admissionKey(line, number)),
        ...{ ix: S(insideIndex(line.room, number)), at: N(expiresAt) },
        ...{ room: S(line.room), incarnation: S(line.incarnation), generation: N(line.generation), number: N(number) },
        ...{ visitor: S(visitor), issued: N(issuedAt), expires: N(expiresAt), issuer: S(issuer), status: S('active') },
        ...(confirmBy === undefined ? {} : { confirm_by: N(confirmBy) }),
        // The version before knows no pauses that stop admissions: it reads the times as they were when this was entered.
        ...(stopped === 0 ? {} : { stopped: N(stopped), ends: N(expiresAt - stopped) }),
      };
      // One that nobody confirmed lapsed, and its number returned to the line.
      return database.putNew(item, {
        text:
          'attribute_not_exists(pk) OR (#status = :active AND confirm_by <= :issued)' +
          ` OR (${text} AND (ends > :began OR (attribute_not_exists(ends) AND expires > :began)` +
          ' OR attribute_exists(confirm_by)))',
        ...(names ? { names } : {}),
        values: { ...values, ':issued': N(issuedAt), ':began': N(issuedAt - stopped) },
      });
    },
    async end(line, number, visitor, status) {
      const update = { text: 'SET #status = :status', names: STATUS, values: { ':status': S(status) } };
      await database.update(admissionKey(line, number), update, isOf(visitor));
    },
    async reopen(line, number, now) {
      const { held, item } = await database.remove(admissionKey(line, number), {
        text: 'attribute_not_exists(pk) OR #status <> :active OR expires <= :now OR confirm_by <= :lapsed',
        names: STATUS,
        values: { ':active': S('active'), ':now': N(now), ':lapsed': N(now - onItsWay) },
      });
      return held && (item ? textOf(item.visitor) : null);
    },
    async remove(line, number, visitor) {
      await database.remove(admissionKey(line, number), isOf(visitor));
    },
    async inside({ room, incarnation, generation }, time) {
      // In the index are ends with what was stopped before they were entered, which are no earlier.
      const shares = await Promise.all(insideIndexes(room).map((index) => database.later(index, time)));
      return shares
        .flat()
        .filter((item) => textOf(item.incarnation) === incarnation && numberOf(item.generation) === generation)
        .map((item) => entryOf(item, time, onItsWay))
        .filter(({ expiresAt }) => expiresAt > time);
    },
  };
}

function entryOf(item: Item, time: number, onItsWay: number): Entry {
  const stopped = item.stopped === undefined ? 0 : numberOf(item.stopped);
  // One that nobody confirmed lapsed, and its place is free.
  const hasLapsed = item.confirm_by !== undefined && numberOf(item.confirm_by) - stopped + onItsWay <= time;
  return {
    visitor: textOf(item.visitor),
    number: numberOf(item.number),
    issuedAt: numberOf(item.issued) - stopped,
    expiresAt: numberOf(item.expires) - stopped,
    isActive: textOf(item.status) === 'active' && !hasLapsed,
  };
}
