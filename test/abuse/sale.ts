/**
 * A sale on a virtual clock, with honest visitors who do what the waiting page does, and an attacker beside them. It runs
 * the waiting room with a store, without HTTP.
 */
import { networksOf } from '#http/client-network.ts';
import { settingsFile } from '#settings/file.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { ChallengeRequired } from '#waiting-room/errors.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import { provenTicket, type Ticket } from '#waiting-room/ticket.ts';

/** When each sale opens, in ms since the epoch. */
export const START = 1_800_000_000_000;
const ROOM = 'sale';
const TICK = 250;
/** Until the page has loaded, and until its challenge is solved, in ms. */
const LOADS = 1000;
const PROVES = 2000;
/** The page polls the shared status so often, in ms. */
const POLLS = 2000;
/** In a long line the shared status says every 5 s. */
const POLLS_OF_ATTACKERS = 5000;

export interface Sale {
  readonly room: WaitingRoom;
  readonly now: () => number;
  /** Milliseconds since the opening. */
  readonly elapsed: () => number;
  /** Calls back in so many ms. */
  later(milliseconds: number, action: () => unknown): void;
  /** Calls back each tick. */
  everyTick(action: () => unknown): void;
  run(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** @param settings of the room, as in the configuration file. */
export async function openSale(settings: Record<string, unknown>): Promise<Sale> {
  let now = START;
  const opened: OpenedStore = await embeddedStore(() => now);
  const agenda = new Map<number, (() => unknown)[]>();
  const ticks: (() => unknown)[] = [];
  const room = createWaitingRoom({
    store: opened.store,
    now: () => now,
    cookieKeys: ['a key'],
    emit: () => undefined,
    challengeUrl: () => 'https://line.example/challenge',
    onError: (error) => {
      throw error;
    },
  });
  const [parsed] = settingsFile.parse({ rooms: [{ id: ROOM, ...settings }] }).rooms;
  if (!parsed) throw new Error('no room');
  await room.operations.putRoom(parsed);

  return {
    room,
    now: () => now,
    elapsed: () => now - START,
    later(milliseconds, action) {
      const tick = Math.max(1, Math.round(milliseconds / TICK)) * TICK + now - ((now - START) % TICK);
      const due = agenda.get(tick);
      if (due) due.push(action);
      else agenda.set(tick, [action]);
    },
    everyTick: (action) => void ticks.push(action),
    async run(milliseconds) {
      for (const end = now + milliseconds; now < end; now += TICK) {
        const due = agenda.get(now) ?? [];
        agenda.delete(now);
        await Promise.all([...ticks, ...due].map((action) => action()));
        if ((now - START) % 1000 === 0) await room.flush();
        await room.advance.room(ROOM);
      }
    },
    close: () => opened.close(),
  };
}

export interface Stay {
  /** In ms. */
  readonly inside: number;
}

/** How long honest visitors waited, in ms; null for one who still does. */
export interface Honest {
  readonly waits: (number | null)[];
  /** One more visitor comes. Without scripts, the page proves nothing. */
  come(address: string, options?: { readonly scripts?: boolean }): void;
}

export function honestVisitors(sale: Sale, { inside }: Stay): Honest {
  const { room, later, now } = sale;
  const { visitors } = room;
  const waits: (number | null)[] = [];

  function come(address: string, { scripts = true } = {}): void {
    const visit = waits.push(null) - 1;
    const since = now();
    const key = () => room.addressKey(networksOf(address));
    let ticket: Ticket;

    const enter = (visitor: string) => {
      waits[visit] = now() - since;
      const exits = { exited: 0, completed: [visitor], abandoned: [] };
      later(inside, () => room.operations.exits(ROOM, exits));
    };

    async function join(proven: boolean): Promise<void> {
      try {
        const arrival = await visitors.arrive(ROOM, { visitor: null, ticket: null, address: key(), proven });
        ticket = arrival.ticket;
        if (arrival.admission) enter(ticket.visitor);
        else later(LOADS, load);
      } catch (error) {
        if (!(error instanceof ChallengeRequired)) throw error;
        // The page solves the challenge, or its visitor checks again in a minute.
        if (scripts) later(LOADS + PROVES, () => join(true));
        else later(60_000, () => join(false));
      }
    }

    async function load(): Promise<void> {
      await visitors.facts(ticket);
      if (scripts && ticket.standing !== 'proven') later(PROVES, prove);
      later(POLLS, poll);
      later(60_000, beat);
    }

    async function prove(): Promise<void> {
      if (waits[visit] !== null) return;
      ticket = provenTicket(ticket);
      await visitors.facts(ticket);
    }

    async function beat(): Promise<void> {
      if (waits[visit] !== null) return;
      await visitors.facts(ticket);
      later(60_000, beat);
    }

    async function poll(): Promise<void> {
      later(POLLS, async () => waits[visit] === null && (await poll()));
      const { view } = await room.snapshots.get(ROOM);
      if (ticket.number > view.counters.serving) return;
      const facts = await visitors.facts(ticket);
      if (facts.rejoin)
        ticket = await visitors.rejoin(ticket, { address: key(), proven: ticket.standing === 'proven' });
      if (facts.state !== 'served') return;
      const place = await visitors.claim(ticket, true);
      if (place.state === 'admitted') enter(ticket.visitor);
    }

    later(0, () => join(false));
  }

  return { waits, come };
}

export interface Attack {
  /** Joins a second. */
  readonly rate: number;
  readonly addresses: readonly string[];
  /**
   * - `silent`: joins and never comes back.
   * - `present`: sends heartbeats, claims its turns, and stays for the whole lifetime.
   * - `unconfirmed`: the same, and completes no login.
   */
  readonly how: 'silent' | 'present' | 'unconfirmed';
}

export interface Attackers {
  /** Numbers that the attacker got. */
  joined: number;
  /** Places that the attacker got. */
  admitted: number;
  /** Begins; ends after so many ms. */
  begin(milliseconds: number): void;
}

/** Solves no challenges. */
export function attackers(sale: Sale, { rate, addresses, how }: Attack): Attackers {
  const { room, later, now } = sale;
  const { visitors } = room;
  let until = 0;
  let due = 0;
  let next = 0;
  const attack: Attackers = {
    joined: 0,
    admitted: 0,
    begin: (milliseconds) => {
      until = now() + milliseconds;
    },
  };

  async function join(address: string): Promise<void> {
    try {
      const key = room.addressKey(networksOf(address));
      const request = { visitor: null, ticket: null, address: key, confirmed: how === 'present' };
      const { ticket, admission } = await visitors.arrive(ROOM, request);
      attack.joined += 1;
      if (admission) attack.admitted += 1;
      else if (how !== 'silent') later(TICK, () => follow(ticket, 0));
    } catch (error) {
      if (!(error instanceof ChallengeRequired)) throw error;
    }
  }

  async function follow(ticket: Ticket, beats: number): Promise<void> {
    const { view } = await room.snapshots.get(ROOM);
    if (beats % 6 === 0 || ticket.number <= view.counters.serving) {
      const { state } = await visitors.facts(ticket);
      if (state === 'served' && (await visitors.claim(ticket, how === 'present')).state === 'admitted') {
        attack.admitted += 1;
        return;
      }
    }
    later(POLLS_OF_ATTACKERS, () => follow(ticket, beats + 1));
  }

  sale.everyTick(async () => {
    if (now() >= until) return;
    due += (rate * TICK) / 1000;
    for (; due >= 1; due--) await join(addresses[next++ % addresses.length] ?? '');
  });
  return attack;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
