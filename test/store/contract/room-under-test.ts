import { randomBytes } from 'node:crypto';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Exits, ExitsResult } from '#waiting-room/line/admissions.ts';
import type { Counters, LineView } from '#waiting-room/line/counters.ts';
import type { DrawOpening, DrawResult, Entry } from '#waiting-room/line/draw.ts';
import type { Entrant } from '#waiting-room/line/joins.ts';
import type { Claim, Holder, Place } from '#waiting-room/line/place.ts';
import type { Raise } from '#waiting-room/line/raise.ts';
import type { InletStep, Raised } from '#waiting-room/line/serving.ts';
import type { LineRules } from '#waiting-room/line-rules.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';

/** The contract's clock starts here; a whole second, so that claim windows end where they say. */
export const T0 = 1_800_000_000_000;

export const seconds = (n: number) => n * 1000;

/** No bound, ten minutes inside, two to claim, present for three. */
export const RULES: LineRules = {
  mode: 'queue',
  size: 0,
  lifetime: seconds(600),
  claimWindow: seconds(120),
  presenceTimeout: seconds(180),
  presentFromJoin: true,
};

/** Of a draw that opens at once. */
export const OPENING: DrawOpening = {
  event: 'opening',
  order: 'draw',
  seed: 'c2VlZA',
  seedHash: '00ff',
  opensAt: T0,
};

/** The stores that a suite runs on; `second` is the same data seen by another process, or the same store again. */
export interface Stores {
  readonly store: Store;
  readonly second: Store;
}

/** The ports that a suite needs, of an adapter that may serve no others: how to get at them once they are open. */
export type Ports<K extends keyof Store> = () => { readonly store: Pick<Store, K>; readonly second: Pick<Store, K> };

/** What one visitor got from joining. */
export interface Arrival extends Holder {
  readonly entry: Entry | null;
  readonly admission: Admission | null;
}

/** One room of a store, with the room's id and the usual time filled in. */
export interface RoomUnderTest {
  readonly id: string;
  arrive(
    visitor: string,
    options?: { claim?: boolean; confirmed?: boolean; at?: number; via?: LineStore },
  ): Promise<Arrival>;
  /** `count` visitors in one batch. */
  crowd(count: number, options?: { claim?: boolean; at?: number; via?: LineStore }): Promise<Arrival[]>;
  place(holder: Holder, at?: number): Promise<Place>;
  claim(holder: Claim, at?: number, via?: LineStore): Promise<Place>;
  confirm(visitor: string, at?: number, via?: LineStore): Promise<Admission | null>;
  extend(holder: Holder, at?: number): Promise<Place>;
  rejoin(holder: Holder, at?: number): Promise<Place>;
  leave(holder: Holder, at?: number): Promise<void>;
  heard(numbers: readonly number[], at?: number): Promise<void>;
  raise(by: Raise, at?: number, step?: InletStep, via?: LineStore): Promise<Raised>;
  renew(visitor: string, at?: number): Promise<Admission | null>;
  announceDraw(opening?: Partial<DrawOpening>, at?: number): Promise<void>;
  withdrawDraw(event?: string, at?: number): Promise<void>;
  heardEntrants(indexes: readonly number[], at?: number): Promise<void>;
  draw(event?: string, at?: number, via?: LineStore): Promise<void>;
  /** Of the first draw of the first generation, unless another draw is named. */
  drawResult(draw?: number): Promise<DrawResult | null>;
  exits(exits: Partial<Exits>, at?: number): Promise<ExitsResult>;
  configure(rules: Partial<LineRules>, at?: number): Promise<void>;
  counters(at?: number): Promise<Counters>;
  view(at?: number): Promise<LineView>;
}

export const freshId = (kind: string) => `${kind}-${randomBytes(6).toString('hex')}`;

/** Makes a room with a line of its own in `store`. */
export async function makeRoom(store: Pick<Store, 'line'>, rules: Partial<LineRules> = {}): Promise<RoomUnderTest> {
  const id = freshId('room');
  const { line } = store;
  await line.open(id, { rules: { ...RULES, ...rules }, incarnation: '', checkpoint: null }, T0);

  const crowd: RoomUnderTest['crowd'] = async (count, { claim = false, at = T0, via = line } = {}) => {
    const entrants = Array.from({ length: count }, () => ({ visitor: freshId('visitor'), claim }));
    return arrivals(via, id, entrants, at);
  };

  return {
    id,
    crowd,
    arrive: async (visitor, { claim = false, confirmed = false, at = T0, via = line } = {}) => {
      const [arrival] = await arrivals(via, id, [{ visitor, claim, confirmed }], at);
      if (!arrival) throw new Error('nobody arrived');
      return arrival;
    },
    place: (holder, at = T0) => line.place(id, holder, at),
    claim: (holder, at = T0, via = line) => via.claim(id, holder, at),
    confirm: (visitor, at = T0, via = line) => via.confirm(id, visitor, at),
    extend: (holder, at = T0) => line.extend(id, holder, at),
    rejoin: (holder, at = T0) => line.rejoin(id, holder, at),
    leave: (holder, at = T0) => line.leave(id, holder, at),
    heard: async (numbers, at = T0) =>
      line.recordHeartbeats(id, { generation: (await line.view(id, at)).generation, numbers: numbers }, at),
    raise: (by, at = T0, step, via = line) => via.raise(id, { ...by, step }, at),
    renew: (visitor, at = T0) => line.renew(id, visitor, at),
    announceDraw: (opening, at = T0) => line.announceDraw(id, { ...OPENING, ...opening }, at),
    withdrawDraw: (event = OPENING.event, at = T0) => line.withdrawDraw(id, event, at),
    heardEntrants: async (indexes, at = T0) => {
      const { generation, draws } = await line.view(id, at);
      await line.recordEntrantHeartbeats(id, { generation: generation, draw: draws.length, indexes: indexes }, at);
    },
    draw: (event = OPENING.event, at = T0, via = line) => via.draw(id, event, at),
    drawResult: (draw = 1) => line.drawResult(id, { generation: 1, draw: draw }, 0),
    exits: (exits, at = T0) => line.reportExits(id, { exited: 0, completed: [], abandoned: [], ...exits }, at),
    configure: (changed, at = T0) => line.configure(id, { ...RULES, ...rules, ...changed }, at),
    counters: async (at = T0) => (await line.view(id, at)).counters,
    view: (at = T0) => line.view(id, at),
  };
}

async function arrivals(line: LineStore, id: string, entrants: readonly Entrant[], at: number): Promise<Arrival[]> {
  const joined = await line.join(id, entrants, at);
  if (!joined) throw new Error(`the room ${id} is closed`);
  return entrants.map(({ visitor }, index) => {
    const ticket = joined[index];
    if (!ticket) throw new Error(`entrant ${index} got no answer`);
    return { ...ticket, visitor };
  });
}

/** The first, second … of a list that is known to be long enough. */
export function pick<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`there is no ${index}th of ${list.length}`);
  return found;
}

/** Who is present among the unserved, by number. */
export function presentNumbers({ counters, present, presentFrom }: LineView): number[] {
  const numbers: number[] = [];
  for (let number = counters.serving + 1; number <= counters.queue; number++) {
    const at = number - presentFrom;
    if ((present[at >> 3] ?? 0) & (0x80 >> (at & 7))) numbers.push(number);
  }
  return numbers;
}

/** Who was there at a draw, by arrival index. */
export function thereAt({ record, there }: DrawResult): number[] {
  return Array.from({ length: record.arrivals }, (_, index) => index).filter(
    (index) => (there[index >> 3] ?? 0) & (0x80 >> (index & 7)),
  );
}
