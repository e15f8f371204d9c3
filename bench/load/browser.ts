/** A browser on a connection: it keeps cookies and sends the headers of a navigation. */
import type { Connection, Reply } from './connection.ts';
import { header } from './connection.ts';

const SET_COOKIE = /\r\nset-cookie: *([^=\r]+)=([^;\r]*)([^\r]*)/gi;
const GONE = /max-age=0\b|expires=thu, 01 jan 1970/i;

export interface Browser {
  /** The Cookie header's value. */
  readonly cookie: () => string;
  /** `target` is a path with a query, or a URL of the server. */
  get(target: string, headers?: string): Promise<Reply>;
  /** Posts a urlencoded form. `headers` are complete lines with line ends. */
  post(target: string, form: string, headers?: string): Promise<Reply>;
}

let browsers = 0;

/** An address of its own for each visitor, in a network of its own: the next visitors of a real opening are elsewhere. */
export function nextAddress(): string {
  browsers += 1;
  return `10.${(browsers >> 8) % 256}.${browsers % 256}.1`;
}

/** A browser without cookies. Several browsers may use the connection one after the other. */
export function createBrowser(connection: Connection, host: string): Browser {
  const cookies = new Map<string, string>();
  const from = `X-Forwarded-For: ${nextAddress()}\r\n`;

  function keepCookies({ head }: Reply): void {
    for (const [, name = '', value = '', attributes = ''] of head.matchAll(SET_COOKIE)) {
      if (GONE.test(attributes)) cookies.delete(name);
      else cookies.set(name, value);
    }
  }

  const cookie = () => Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');

  async function send(method: string, target: string, headers: string, body: string): Promise<Reply> {
    const path = target.startsWith('http') ? target.slice(target.indexOf('/', 8)) : target;
    const cookieLine = cookies.size > 0 ? `Cookie: ${cookie()}\r\n` : '';
    const lines = `Host: ${host}\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate\r\n${from}${cookieLine}${headers}`;
    const reply = await connection.send(`${method} ${path} HTTP/1.1\r\n${lines}\r\n${body}`);
    keepCookies(reply);
    return reply;
  }

  return {
    cookie,
    get: (target, headers = '') => send('GET', target, headers, ''),
    post: (target, form, headers = '') =>
      send(
        'POST',
        target,
        `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n${headers}`,
        form,
      ),
  };
}

/** The target of a redirect. Throws for any other answer. */
export function locationOf(reply: Reply): string {
  const location = header(reply.head, 'location');
  if (!location || reply.status !== 303) throw new Error(`expected a redirect, not ${describe(reply)}`);
  return location;
}

/** The body of a 200 answer. Throws for any other. */
export function bodyOf(reply: Reply): string {
  if (reply.status !== 200) throw new Error(`expected 200, not ${describe(reply)}`);
  return reply.body;
}

const describe = ({ head, body }: Reply) => `${head.split('\r\n', 1)[0]}: ${body.slice(0, 300)}`;
