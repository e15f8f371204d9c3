/**
 * Who sent a request that may join: a person who navigated, or a page. Current browsers say it over https
 * (`Sec-Fetch-Mode`). Earlier ones, and all of them over plain http, say less: a script's request across origins and a
 * form's POST have an `Origin`, a navigation by GET has none.
 */

/** What a request shows of its sender. */
export interface SenderFacts {
  /** `Sec-Fetch-Mode` in lower case; '' for none. */
  readonly mode: string;
  /** `Origin`; '' for none, as of programs, and `null` of pages that send no referrer. */
  readonly origin: string;
  /** Whether it names HTML in `Accept`, as each browser does in a navigation. */
  readonly acceptsPage: boolean;
  /** Whether the origin is the service's, the relying party's or one of the room's. */
  readonly isKnown: boolean;
}

/**
 * - `navigation`: as far as it shows, of a tab.
 * - `script`: what gets the answer is no tab.
 * - `foreign page`: a form or a script of a site that the room does not know.
 */
export type Sender = 'navigation' | 'script' | 'foreign page';

export function decideSender({ mode, origin, acceptsPage, isKnown }: SenderFacts): Sender {
  if (mode !== '') return mode === 'navigate' ? 'navigation' : 'script';
  if (origin === '') return 'navigation';
  if (!acceptsPage) return 'script';
  // Our own forms send `null`. Earlier versions of Safari repeat the Origin of a form in the GET that it leads to.
  return isKnown || origin === 'null' ? 'navigation' : 'foreign page';
}
