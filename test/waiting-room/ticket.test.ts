import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSeal } from '#waiting-room/seal.ts';
import { createTicketOffice, newVisitor, type Ticket } from '#waiting-room/ticket.ts';

const seal = createSeal(['the key']);
const office = createTicketOffice(seal);
/** Another process: it has never seen the tickets that it opens. */
const elsewhere = createTicketOffice(seal);

const visitors = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));
const rooms = fc.stringMatching(/^[a-z0-9-]{1,64}$/);
const tickets: fc.Arbitrary<Ticket> = fc.record({
  room: rooms,
  /** '' for lines of early versions. */
  incarnation: fc.oneof(
    fc.constant(''),
    fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  ),
  generation: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  number: fc.integer({ min: 1, max: 2 ** 48 - 1 }),
  visitor: visitors,
  joinedAt: fc.integer({ min: 0, max: 2 ** 46 - 1 }),
  entry: fc.option(
    fc.record({ draw: fc.integer({ min: 1, max: 2 ** 16 - 1 }), index: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
  ),
  predicted: fc.option(
    fc.record({ low: fc.integer({ min: 0, max: 2 ** 24 - 1 }), high: fc.integer({ min: 1, max: 2 ** 24 - 1 }) }),
  ),
  standing: fc.constantFrom('proven', 'budgeted', 'unproven'),
});

describe('a ticket', () => {
  test('opens with the same content', () => {
    fc.assert(
      fc.property(tickets, (ticket) => {
        expect(elsewhere.open(office.seal(ticket), ticket.room)).toEqual(ticket);
        expect(office.open(office.seal(ticket), ticket.room)).toEqual(ticket);
      }),
    );
  });

  test('of the version before is unproven within the budget', () => {
    fc.assert(
      fc.property(tickets, (ticket) => {
        const joinedAt = Buffer.alloc(6);
        joinedAt.writeUIntBE(ticket.joinedAt, 0, 6);
        const content = Buffer.from(seal.open(office.seal(ticket), `ticket ${ticket.room}`) ?? []);
        joinedAt.copy(content, 11);
        const former = seal.seal(content, `ticket ${ticket.room}`);
        expect(elsewhere.open(former, ticket.room)).toEqual({ ...ticket, standing: 'budgeted' });
      }),
    );
  });

  test('of a claim has a serial, in place of the predicted wait that earlier versions read', () => {
    fc.assert(
      fc.property(tickets, fc.integer({ min: 1, max: 2 ** 24 - 1 }), (ticket, serial) => {
        const claimed = { ...ticket, predicted: null, serial };
        const sealed = office.seal(claimed);
        expect(elsewhere.open(sealed, ticket.room)).toEqual(claimed);
        const bytes = Buffer.from(seal.open(sealed, `ticket ${ticket.room}`) ?? []);
        expect(bytes.readUIntBE(26, 3)).toBe(0);
      }),
    );
  });

  test('without a draw says how many people were ahead at the join, which earlier versions do not read', () => {
    fc.assert(
      fc.property(tickets, fc.integer({ min: 1, max: 2 ** 32 - 1 }), (ticket, aheadAtJoin) => {
        const joined = { ...ticket, entry: null, aheadAtJoin };
        expect(elsewhere.open(office.seal(joined), ticket.room)).toEqual(joined);
        const { aheadAtJoin: none, ...former } =
          elsewhere.open(office.seal({ ...ticket, aheadAtJoin: 0 }), ticket.room) ?? {};
        expect([none, former]).toEqual([undefined, ticket]);
      }),
    );
  });

  test('is none of another room', () => {
    fc.assert(
      fc.property(tickets, rooms, (ticket, other) => {
        fc.pre(other !== ticket.room);
        expect(office.open(office.seal(ticket), other)).toBeNull();
      }),
    );
  });

  test('fits into a cookie many times over', () => {
    fc.assert(
      fc.property(tickets, (ticket) => {
        expect(office.seal(ticket).length).toBe(ticket.incarnation === '' ? 99 : 110);
      }),
    );
  });

  test('is not made of a sealed visitor, nor the other way round', () => {
    fc.assert(
      fc.property(tickets, (ticket) => {
        expect(office.open(office.sealVisitor(ticket.visitor), ticket.room)).toBeNull();
        expect(office.openVisitor(office.seal(ticket))).toBeNull();
      }),
    );
  });

  test.each([
    ['shorter', Buffer.alloc(44, 2)],
    ['longer', Buffer.alloc(46, 2)],
    ['of another version', Buffer.alloc(45, 1)],
  ])('that is %s than this version writes is none', (_what, bytes) => {
    // What this version writes is 45 bytes, of which the first is a 2.
    expect(office.open(seal.seal(Buffer.alloc(45, 2), 'ticket sale'), 'sale')).not.toBeNull();
    expect(office.open(seal.seal(bytes, 'ticket sale'), 'sale')).toBeNull();
  });
});

describe('a visitor', () => {
  test('comes back from the cookie', () => {
    fc.assert(
      fc.property(visitors, (visitor) => {
        expect(office.openVisitor(office.sealVisitor(visitor))).toBe(visitor);
      }),
    );
  });

  test('is 128 random bits that may stand in a URL', () => {
    const many = new Set(Array.from({ length: 1_000 }, newVisitor));
    expect(many.size).toBe(1_000);
    for (const visitor of many) expect(visitor).toMatch(/^[\w-]{22}$/);
  });

  test.each(['', 'x', 'A'.repeat(60)])('is not made of any other text (%s)', (any) => {
    expect(office.openVisitor(any)).toBeNull();
  });

  test('of another length is none', () => {
    expect(office.openVisitor(seal.seal(Buffer.alloc(15), 'visitor'))).toBeNull();
  });
});
