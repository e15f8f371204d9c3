import { createHmac, randomBytes } from 'node:crypto';
import type { Admission } from './admission.ts';

/** What the shop sells: one to each number. */
export const ITEM = { name: 'Bluebell wood, day ticket', price: '12.00', currency: 'EUR' } as const;

export interface Sale {
  /** The same each time the same visitor buys with the same number, also after a restart. */
  readonly receipt: string;
  /** Milliseconds since the epoch. */
  readonly soldAt: number;
}

export interface Sales {
  /** Sells to the holder of an admission. A repeat returns the first sale. */
  sell(buyer: Admission): Sale;
  /** The sale to the holder of an admission, or null. */
  of(buyer: Admission): Sale | null;
}

/** The sales, in memory. A real shop keeps them in its database. */
export function createSales({
  secret,
  now,
}: {
  readonly secret: string | undefined;
  readonly now: () => number;
}): Sales {
  const key = secret ?? randomBytes(32);
  const book = new Map<string, Sale>();

  function receiptOf({ sub, room, number }: Admission): string {
    const digits = createHmac('sha256', key)
      .update(JSON.stringify(['receipt', sub, room, number]))
      .digest('hex')
      .slice(0, 12)
      .toUpperCase();
    return `SPRING-${digits.slice(0, 4)}-${digits.slice(4, 8)}-${digits.slice(8)}`;
  }

  return {
    sell(buyer) {
      const receipt = receiptOf(buyer);
      const sale = book.get(receipt) ?? { receipt, soldAt: now() };
      book.set(receipt, sale);
      return sale;
    },
    of: (buyer) => book.get(receiptOf(buyer)) ?? null,
  };
}
