/** A browser without JavaScript: it keeps cookies by name and path, follows redirects, and submits forms. */
export interface Browser {
  /** Goes to a URL and follows redirects, except to a URL that `stop` matches. */
  get(url: string, stop?: Stop): Promise<Page>;
  /** Submits a form and follows redirects. */
  post(url: string, stop?: Stop, headers?: Readonly<Record<string, string>>): Promise<Page>;
  /** The cookies, to be restored later. */
  cookies(): ReadonlyMap<string, Cookie>;
  restore(cookies: ReadonlyMap<string, Cookie>): void;
}

export type Stop = (next: URL) => boolean;
/** Follows no redirect. */
export const STAY: Stop = () => true;
/** Follows every redirect but the one back to the relying party. */
export const BEFORE_CALLBACK: Stop = ({ pathname }) => pathname === '/callback';
const NEVER: Stop = () => false;

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Every URL that was requested, this one included. */
  readonly way: readonly string[];
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

export function createBrowser(): Browser {
  let jar = new Map<string, Cookie>();

  function keep(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/; */);
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      const attribute = (key: string): string | undefined =>
        attributes.find((text) => text.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
      const path = attribute('path') ?? '/';
      const expires = attribute('expires');
      if (expires !== undefined && Date.parse(expires) <= Date.now()) jar.delete(`${name} ${path}`);
      else jar.set(`${name} ${path}`, { name, value, path });
    }
  }

  function sent(url: string): string {
    const { pathname } = new URL(url);
    return [...jar.values()]
      .filter(({ path }) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  async function go(url: string, init: RequestInit, stop: Stop, way: readonly string[]): Promise<Page> {
    const headers = { accept: 'text/html', ...init.headers, cookie: sent(url) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    keep(response.headers);
    const location = response.headers.get('location');
    const walked = [...way, url];
    if (location !== null && !stop(new URL(location, url))) {
      await response.body?.cancel();
      if (walked.length > 20) throw new Error(`a loop of redirects: ${walked.join(' → ')}`);
      return go(new URL(location, url).href, {}, stop, walked);
    }
    return { url, status: response.status, headers: response.headers, body: await response.text(), way: walked };
  }

  return {
    get: (url, stop = NEVER) => go(url, {}, stop, []),
    post: (url, stop = NEVER, headers = {}) => go(url, { method: 'POST', headers }, stop, []),
    cookies: () => new Map(jar),
    restore: (cookies) => {
      jar = new Map(cookies);
    },
  };
}
