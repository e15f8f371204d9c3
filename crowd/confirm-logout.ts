import { attribute } from './attribute.ts';
import type { Browser } from './browser.ts';

/** Presses "leave" on the page that asks whether to log out (OpenID Connect RP-Initiated Logout §2). */
export async function confirmLogout(browser: Browser, url: string): Promise<void> {
  const { text, url: page } = await browser.follow(url);
  const action = attribute(text, /<form method="post" action="([^"]*)"/);
  if (action === null) return;
  const [xsrf, state] = [
    attribute(text, /name="xsrf" value="([^"]*)"/),
    attribute(text, /name="state" value="([^"]*)"/),
  ];
  const fields = { ...(xsrf !== null && { xsrf }), ...(state !== null && { state }), logout: 'yes' };
  const { location } = await browser.post(new URL(action, page).href, fields);
  if (location) await browser.follow(location);
}
