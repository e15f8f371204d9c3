/**
 * Every HTML page that Anteroom shows: rendering, the languages (`locale/`), the waiting page (`waiting/`), the page
 * while the store is unavailable. It owns no route but the waiting page's, and it does not decide when an error page is
 * shown: each door does. It imports http and waiting-room, and no door.
 */
import type { Locales } from './locale/index.ts';
import { createViews, type Views } from './views.ts';

export interface PagesOptions {
  /** The folder of views. */
  readonly folder: string;
  readonly locales: Locales;
  /** The URL of an asset, by its name. */
  readonly asset: (name: string) => string;
  /** The path of a route for browsers. */
  readonly path?: (route: string) => string;
}

export function createPages({ folder, locales, asset, path = (route) => route }: PagesOptions): Views {
  return createViews({ folder, shared: { asset, path }, locales });
}
