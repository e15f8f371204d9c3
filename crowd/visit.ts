import { attribute } from './attribute.ts';
import { createBrowser } from './browser.ts';
import { confirmLogout } from './confirm-logout.ts';
import type { Manners } from './manners.ts';
import { waitInLine } from './wait-in-line.ts';

/** Where a simulated visitor is. */
export type Whereabouts = 'away' | 'in line' | 'inside';

/** How a visit ended. `turned away`: the room was closed. */
export type Outcome = 'bought' | 'looked around' | 'left the line' | 'vanished' | 'turned away';

export interface World {
  /** The shop's URL, without a trailing slash. */
  readonly shop: string;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly now: () => number;
}

/** One visit over HTTP, from the shop's Reserve button to the exit. Rejects if a request fails. */
export async function visit(
  { shop, sleep, now }: World,
  manners: Manners,
  moveTo: (whereabouts: Whereabouts) => void,
): Promise<Outcome> {
  const browser = createBrowser();
  const isInShop = (url: string) => url.startsWith(`${shop}/`);
  const until = now() + manners.patience * 1000;

  let arrived = await browser.follow(`${shop}/reserve`);
  moveTo('in line');
  // A turn that leads back to the waiting page is one that was missed on the way.
  while (!isInShop(arrived.url)) {
    if (arrived.status >= 400) throw new Error(`status ${arrived.status} at ${new URL(arrived.url).pathname}`);
    const page = arrived.url;
    const status = new URL(attribute(arrived.text, /data-status="([^"]*)"/) ?? '', page).href;
    const turn = await waitInLine({ browser, page, status, until, now, sleep });
    if (turn === null) {
      if (now() < until) return 'turned away';
      if (manners.givesUpBy === 'vanishing') return 'vanished';
      await browser.post(page, { leave: '1' });
      return 'left the line';
    }
    arrived = await browser.follow(turn);
  }

  moveTo('inside');
  await sleep(manners.shopsFor);
  if (manners.buys) await browser.post(`${shop}/purchase`);
  const { location } = await browser.post(`${shop}/leave`);
  if (location && !isInShop(location)) await confirmLogout(browser, location);
  return manners.buys ? 'bought' : 'looked around';
}
