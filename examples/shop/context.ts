import type { Cookies } from './cookies.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { Pages } from './pages.ts';
import type { Sales } from './sales.ts';
import type { Sessions } from './sessions.ts';
import type { Transactions } from './transactions.ts';

/** What the shop's routes depend on. */
export interface ShopContext {
  readonly provider: IdentityProvider;
  readonly transactions: Transactions;
  readonly sessions: Sessions;
  readonly sales: Sales;
  readonly pages: Pages;
  readonly cookies: Cookies;
  readonly urls: { readonly issuer: URL; readonly redirectUri: URL };
}
