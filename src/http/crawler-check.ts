/**
 * Whether an address is of the search engine that its user agent names: the name of the address (reverse DNS) is in a
 * domain of the search engine, and the addresses of that name include it. Answers are cached, and lookups are bounded:
 * anybody can name a search engine.
 */
import { Resolver } from 'node:dns/promises';
import { isInNetwork } from '#waiting-room/entry/network.ts';
import { isHostOf, type SearchEngine } from '#waiting-room/entry/search-engines.ts';

/** For how long an answer counts, in ms. A failed lookup is tried again soon. */
const AGE = { yes: 24 * 3_600_000, no: 3_600_000, failed: 60_000 } as const;
/** The longest wait for an answer, in ms. After it the sender counts as no crawler. */
const DEADLINE = 2000;
/** Lookups at once. A request beyond them is not of a search engine. */
const LOOKUPS = 32;
/** Cached answers. */
const CAPACITY = 10_000;

/** Of `node:dns/promises`. */
export type Lookups = Pick<Resolver, 'reverse' | 'resolve4' | 'resolve6'>;

/** Not a promise if the answer is known. */
export type CrawlerCheck = (engine: SearchEngine, address: string) => boolean | Promise<boolean>;

export interface CrawlerCheckDeps {
  readonly now: () => number;
  /** Default: the system's name servers. */
  readonly lookups?: Lookups | undefined;
  /** Default: {@link DEADLINE}. */
  readonly deadline?: number;
}

interface Answer {
  readonly is: boolean | Promise<boolean>;
  readonly until: number;
}

export function createCrawlerCheck({ now, lookups, deadline = DEADLINE }: CrawlerCheckDeps): CrawlerCheck {
  const resolver = lookups ?? new Resolver({ timeout: deadline / 2, tries: 1 });
  const answers = new Map<string, Answer>();
  let running = 0;

  async function look(engine: SearchEngine, address: string): Promise<boolean> {
    const names = (await resolver.reverse(address)).filter((name) => isHostOf(engine, name)).slice(0, 3);
    for (const name of names) {
      const found = await (address.includes(':') ? resolver.resolve6(name) : resolver.resolve4(name));
      if (found.some((each) => isInNetwork(each, address))) return true;
    }
    return false;
  }

  function remember(key: string, is: Answer['is'], age: number): void {
    answers.delete(key);
    answers.set(key, { is, until: now() + age });
    const [oldest] = answers.keys();
    if (answers.size > CAPACITY && oldest !== undefined) answers.delete(oldest);
  }

  async function ask(engine: SearchEngine, address: string, key: string): Promise<boolean> {
    running += 1;
    const looked = look(engine, address).finally(() => {
      running -= 1;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), deadline);
    });
    try {
      const is = await Promise.race([looked, late]);
      remember(key, is, is ? AGE.yes : AGE.no);
      return is;
    } catch (error) {
      // The name does not exist, so the address belongs to no crawler. Any other error is a failure of the name
      // servers.
      const { code } = error as NodeJS.ErrnoException;
      remember(key, false, code === 'ENOTFOUND' || code === 'ENODATA' ? AGE.no : AGE.failed);
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  return (engine, address) => {
    const key = `${engine} ${address}`;
    const known = answers.get(key);
    if (known && now() < known.until) return known.is;
    if (running >= LOOKUPS) return false;
    const asked = ask(engine, address, key);
    remember(key, asked, AGE.failed);
    return asked;
  };
}
