/** The rows of the three tables of AWS's Virtual Waiting Room, checked one by one. */

export type TableName = 'queue positions' | 'tokens' | 'serving counters';

/** A row of the queue position table. */
export interface Position {
  readonly id: string;
  readonly number: number;
  /** Seconds since the epoch, as all times here. */
  readonly enteredAt: number;
}

/** A row of the token table. */
export interface Token {
  readonly id: string;
  readonly number: number;
  readonly issuedAt: number;
  readonly expires: number;
  readonly issuer: string;
  readonly status: -1 | 0 | 1;
}

/** A row of the serving counter table: numbers up to `to` were served. */
export interface Raise {
  readonly to: number;
  readonly at: number;
}

export interface Rows {
  readonly positions: readonly Position[];
  readonly tokens: readonly Token[];
  readonly raises: readonly Raise[];
}

/** Why a row cannot be imported. */
export interface RowFault {
  readonly table: TableName;
  /** The key of the row. */
  readonly key: string;
  readonly message: string;
}

/** An item of a table, with plain values. */
export type Item = Readonly<Record<string, unknown>>;

const FORM = /^\w{8}-\w{4}-\w{4}-\w{4}-\w{12}/;
const LONGEST_ID = 255;
/** As the admin API has it. */
const MOST_NUMBERS = 8_000_000;
/** The year 5138. */
const LATEST = 100_000_000_000;

/** What is wrong with a field; thrown and caught here. */
class FieldFault extends Error {}

const text = (item: Item, name: string): string => {
  const value = item[name];
  if (typeof value === 'string') return value;
  throw new FieldFault(`${name} ${value === undefined ? 'is missing' : 'is no text'}`);
};

const whole = (item: Item, name: string, from: number, to: number): number => {
  const value = item[name];
  if (value === undefined) throw new FieldFault(`${name} is missing`);
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
  throw new FieldFault(`${name} must be a whole number from ${from} to ${to}, and is ${JSON.stringify(value)}`);
};

const idOf = (item: Item): string => {
  const id = text(item, 'request_id');
  if (id.length <= LONGEST_ID && FORM.test(id)) return id;
  throw new FieldFault('request_id has not the form of a request id');
};

function eventOf(item: Item, eventId: string): void {
  const event = text(item, 'event_id');
  if (event !== eventId) throw new FieldFault(`event_id is ${JSON.stringify(event)}, and that of the room ${eventId}`);
}

const readers = {
  'queue positions'(item: Item, eventId: string): Position {
    const id = idOf(item);
    eventOf(item, eventId);
    return {
      id,
      number: whole(item, 'queue_position', 1, MOST_NUMBERS),
      enteredAt: whole(item, 'entry_time', 0, LATEST),
    };
  },
  tokens(item: Item, eventId: string): Token {
    const id = idOf(item);
    eventOf(item, eventId);
    return {
      id,
      number: whole(item, 'queue_number', 1, MOST_NUMBERS),
      issuedAt: whole(item, 'issued_at', 0, LATEST),
      expires: whole(item, 'expires', 0, LATEST),
      issuer: text(item, 'issuer'),
      status: whole(item, 'session_status', -1, 1) as Token['status'],
    };
  },
  'serving counters'(item: Item, eventId: string): Raise {
    eventOf(item, eventId);
    return { to: whole(item, 'serving_counter', 0, MOST_NUMBERS), at: whole(item, 'issue_time', 0, LATEST) };
  },
} satisfies Record<TableName, (item: Item, eventId: string) => unknown>;

const keyOf = (item: Item) =>
  'request_id' in item
    ? `request_id ${JSON.stringify(item.request_id)}`
    : `event_id ${JSON.stringify(item.event_id)}, serving_counter ${JSON.stringify(item.serving_counter)}`;

/** Checks the items of a table. Faults are added to `faults`. */
export function readRows<T extends TableName>(
  table: T,
  items: readonly Item[],
  { eventId, faults }: { readonly eventId: string; readonly faults: RowFault[] },
): readonly ReturnType<(typeof readers)[T]>[] {
  const read = readers[table] as (item: Item, eventId: string) => ReturnType<(typeof readers)[T]>;
  return items.flatMap((item) => {
    try {
      return [read(item, eventId)];
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      faults.push({ table, key: keyOf(item), message: error.message });
      return [];
    }
  });
}
