/** A minimal browser: it keeps cookies, sends a navigation's headers, and follows no redirect by itself. */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The target of a redirect, as an absolute URL. */
  readonly location: string;
  json<T = Record<string, unknown>>(): T;
}

export interface Browser {
  /** Cookies by name. The key of a cookie with a path is its name, a space and the path. */
  readonly cookies: Map<string, string>;
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  post(url: string, form?: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** Follows redirects, with `origin` only those under it. Answers the first other answer. */
  follow(url: string, origin?: string): Promise<Answer & { readonly url: string }>;
}

const NAVIGATION = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'Sec-Fetch-Mode': 'navigate' };

/**
 * @param onAnswer sees each answer, and the URL that was requested.
 * @param address its own address on loopback. Without it, all browsers have the same.
 */
export function createBrowser(
  onAnswer: (answer: Answer, url: string) => void = () => undefined,
  address?: string,
): Browser {
  const cookies = new Map<string, string>();
  /** When cookies with a Max-Age expire, by the real clock. */
  const ends = new Map<string, number>();
  /** As browsers do: a handshake for each request would take longer than the request. */
  const connections = new Agent({ keepAlive: true });

  async function send(method: string, url: string, extra: Record<string, string>, body?: string): Promise<Answer> {
    const { pathname } = new URL(url);
    for (const [key, end] of ends) if (end <= Date.now()) forget(key);
    const cookie = [...cookies].flatMap(([key, value]) => {
      const [name, path = '/'] = key.split(' ');
      return pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')) ? [`${name}=${value}`] : [];
    });
    const headers = { ...NAVIGATION, ...(cookie.length > 0 ? { Cookie: cookie.join('; ') } : {}), ...extra };
    const {
      status,
      headers: received,
      text,
    } = await exchange({ connections, localAddress: address }, method, url, headers, body);
    for (const line of received['set-cookie'] ?? []) keep(line);
    const location = received.location ? new URL(received.location, url).href : '';
    const answer: Answer = { status, headers: received, text, location, json: () => JSON.parse(text) };
    onAnswer(answer, url);
    return answer;
  }

  function keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const maxAge = attributes.find((attribute) => /^max-age=/i.test(attribute))?.slice(8);
    const gone = attributes.some(
      (attribute) => /^max-age=0$/i.test(attribute) || /^expires=thu, 01 jan 1970/i.test(attribute),
    );
    const path = attributes.find((attribute) => /^path=\//i.test(attribute))?.slice(5) ?? '/';
    const key = path === '/' ? pair.slice(0, at) : `${pair.slice(0, at)} ${path}`;
    forget(key);
    if (gone) return;
    cookies.set(key, pair.slice(at + 1));
    if (maxAge !== undefined) ends.set(key, Date.now() + Number(maxAge) * 1000);
  }

  function forget(key: string): void {
    cookies.delete(key);
    ends.delete(key);
  }

  const get: Browser['get'] = (url, headers = {}) => send('GET', url, headers);
  return {
    cookies,
    get,
    post: (url, form = {}, headers = {}) =>
      send(
        'POST',
        url,
        { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
        new URLSearchParams(form).toString(),
      ),
    async follow(url, origin) {
      let at = url;
      for (let hops = 0; hops < 15; hops++) {
        const answer = await get(at);
        const leaves = origin ? !answer.location.startsWith(`${origin}/`) : answer.location === '';
        if (leaves) return { ...answer, url: at };
        at = answer.location;
      }
      throw new Error(`too many redirects, the last one to ${at}`);
    },
  };
}

function exchange(
  { connections, localAddress }: { connections: Agent; localAddress: string | undefined },
  method: string,
  url: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  return new Promise((resolve, reject) => {
    const received = (res: IncomingMessage) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
      res.on('error', reject);
    };
    const req = url.startsWith('https:')
      ? httpsRequest(url, { method, headers, agent: connections, localAddress }, received)
      : httpRequest(url, { method, headers, agent: false, localAddress }, received);
    req.on('error', reject);
    req.end(body);
  });
}
