/**
 * Where the service is on the web. ISSUER may have a path, for a service on a site's own host. Only this file and
 * `base-path.ts` know it: routes are written without it, and each address that leaves the service is made here.
 */
export interface PublicUrls {
  /** The public URL, without a trailing slash. */
  readonly issuer: string;
  readonly origin: string;
  /** The path that everything is below, such as `/line`. Empty on a host of its own. */
  readonly basePath: string;
  readonly isSecure: boolean;
  /** The path of a route as browsers see it: that of `/jwks` is `/line/jwks`. */
  pathOf(route: string): string;
  /** The same as an absolute URL. */
  urlOf(route: string): string;
  /** Whether a URL of the site's host is an address of the service. Always false on a host of its own. */
  isOwn(url: string): boolean;
}

export function createPublicUrls(issuer: string): PublicUrls {
  const { origin, host, protocol, pathname } = new URL(issuer);
  const basePath = pathname === '/' ? '' : pathname;
  return {
    issuer,
    origin,
    basePath,
    isSecure: protocol === 'https:',
    pathOf: (route) => basePath + route,
    urlOf: (route) => issuer + route,
    isOwn(text) {
      if (basePath === '') return false;
      const url = URL.parse(text);
      return url?.host === host && (url.pathname === basePath || url.pathname.startsWith(`${basePath}/`));
    },
  };
}
