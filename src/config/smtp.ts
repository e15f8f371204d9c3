import { isEmail } from '#waiting-room/notice-requests.ts';
import { type EnvReader, type Refusal, refuse } from './env.ts';

/** Where e-mail to visitors goes out. */
export interface Smtp {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly requireTls: boolean;
  readonly user: string | null;
  readonly password: string | null;
  /** An address, or `Name <address>`. */
  readonly from: string;
}

/** Null without SMTP_URL, which SMTP_FROM goes with. */
export function readSmtp({ read, faults }: EnvReader, env: NodeJS.ProcessEnv): Smtp | null {
  const server = read('SMTP_URL', null, smtpUrl);
  const from = read('SMTP_FROM', null, sender);
  for (const [name, other] of [
    ['SMTP_URL', 'SMTP_FROM'],
    ['SMTP_FROM', 'SMTP_URL'],
  ] as const) {
    if (!env[name] && env[other]) faults.push({ where: name, message: `is required with ${other}` });
  }
  return server && from !== null ? { ...server, from } : null;
}

function smtpUrl(value: string): Omit<Smtp, 'from'> | Refusal {
  const url = URL.parse(value);
  const isKnown = url?.protocol === 'smtp:' || url?.protocol === 'smtps:';
  if (!isKnown || url.hostname === '' || !['', '/'].includes(url.pathname) || url.hash !== '') {
    return refuse('must be smtp://user:password@host:port, or smtps:// for TLS from the start');
  }
  const { search } = url;
  if (!['', '?requireTLS=true', '?requireTLS=false'].includes(search)) {
    return refuse('may have the query requireTLS=true or requireTLS=false, and no other');
  }
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user === null || password === null) return refuse('has a user or password with a % that is not written as %25');
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    // Otherwise an attacker who strips STARTTLS from the server's answer could read the password.
    requireTls: search === '' ? user !== '' && !LOOPBACK.test(host) : search === '?requireTLS=true',
    user: user || null,
    password: password || null,
  };
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;

/** Null where the percent-encoding is malformed. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function sender(value: string): string | Refusal {
  const [, name, address = value] = /^([^<>"\p{Cc}]{1,100}) <([^<>]+)>$/u.exec(value) ?? [];
  if (!isEmail(address)) return refuse('must be an e-mail address, or a name with one: Anteroom <line@shop.example>');
  return name === undefined ? address : value;
}
