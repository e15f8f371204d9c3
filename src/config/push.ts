import { createECDH } from 'node:crypto';
import { isEmail } from '#waiting-room/notice-requests.ts';
import { type EnvReader, type Refusal, refuse } from './env.ts';

/** How notifications to visitors go out (RFC 8292). */
export interface Push {
  /** A point of P-256, uncompressed, in base64url. */
  readonly publicKey: string;
  readonly privateKey: string;
  /** Whom a push service may write to: a `mailto:` or `https:` URL. */
  readonly subject: string;
  /** Where notifications may go: a host, `*.` and a domain, or an origin. */
  readonly hosts: readonly string[];
}

/** The push services of Chrome and Edge, Firefox, Safari, and Windows. */
const HOSTS = ['fcm.googleapis.com', 'updates.push.services.mozilla.com', '*.push.apple.com', '*.notify.windows.com'];

/** Null without the VAPID variables, which go together. */
export function readPush({ read, faults }: EnvReader, env: NodeJS.ProcessEnv): Push | null {
  const publicKey = read('VAPID_PUBLIC_KEY', null, base64url(65));
  const privateKey = read('VAPID_PRIVATE_KEY', null, base64url(32));
  const subject = read('VAPID_SUBJECT', null, contact);
  const hosts = read('PUSH_HOSTS', HOSTS, pushHosts);
  const names = ['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY', 'VAPID_SUBJECT'];
  const given = names.find((name) => env[name]);
  for (const where of names) {
    if (given && !env[where]) faults.push({ where, message: `is required with ${given}` });
  }
  if (publicKey === null || privateKey === null) return null;
  if (publicKeyOf(privateKey) !== publicKey) {
    faults.push({ where: 'VAPID_PUBLIC_KEY', message: 'is not the public key of VAPID_PRIVATE_KEY' });
  }
  return subject === null ? null : { publicKey, privateKey, subject, hosts };
}

const base64url = (bytes: number) => (value: string) =>
  /^[\w-]+$/.test(value) && Buffer.from(value, 'base64url').length === bytes
    ? value
    : refuse(`must be ${bytes} bytes in base64url, as npm run vapid-keys prints them`);

/** Null for what is no private key of P-256. */
function publicKeyOf(privateKey: string): string | null {
  const pair = createECDH('prime256v1');
  try {
    pair.setPrivateKey(privateKey, 'base64url');
    return pair.getPublicKey('base64url');
  } catch {
    return null;
  }
}

function contact(value: string): string | Refusal {
  const url = URL.parse(value);
  const isContact = url?.protocol === 'https:' || (url?.protocol === 'mailto:' && isEmail(url.pathname));
  return isContact ? value : refuse('must be a mailto: or https: URL, such as mailto:line@shop.example');
}

const HOST = /^(?:\*\.)?(?:[a-z0-9-]+\.)+[a-z0-9-]+$/i;

function pushHosts(value: string): readonly string[] | Refusal {
  const hosts = value.split(',').map((host) => host.trim().toLowerCase());
  const isHost = (host: string) => HOST.test(host) || URL.parse(host)?.origin === host;
  return hosts.every(isHost)
    ? hosts
    : refuse('must be hosts, such as push.example, *.push.example or http://127.0.0.1:8080, separated by commas');
}
