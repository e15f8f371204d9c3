import { type KeyObject, X509Certificate } from 'node:crypto';
import { type Outbound, TargetError } from '#outbound/index.ts';
import { createRateLimit } from '#waiting-room/rate-limit.ts';
import { isAtEndpoint } from './allowed-host.ts';

/** The key of the certificate at a URL. Rejects with SnsUnreachable, and resolves to null for what is no certificate. */
export type SigningKeyAt = (url: URL) => Promise<KeyObject | null>;

/** SNS did not answer. The message can be sent again. */
export class SnsUnreachable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SnsUnreachable';
  }
}

export interface SigningCertificatesDeps {
  readonly outbound: Pick<Outbound, 'send'>;
  /** AWS_ENDPOINT_URL_SNS. */
  readonly endpoint: string | null;
  readonly now: () => number;
}

interface Fetched {
  readonly key: KeyObject | null;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** SNS has one certificate at a time. */
const CAPACITY = 16;
const DAY = 24 * 3_600_000;
const TIMEOUT = 5000;
const LONGEST = 64 * 1024;
/** Requests for certificates that anybody can cause, a minute. */
const FETCHES_A_MINUTE = 30;

/** Certificates by URL, for a day. At most so many are kept, and at most so many are requested. */
export function createSigningCertificates({ outbound, endpoint, now }: SigningCertificatesDeps): SigningKeyAt {
  const cached = new Map<string, Fetched>();
  const running = new Map<string, Promise<Fetched>>();
  const fetches = createRateLimit({ limit: FETCHES_A_MINUTE, window: 60_000, now });

  async function fetchAt(url: URL): Promise<Fetched> {
    if (fetches.take('') > 0) throw new SnsUnreachable('too many certificates were asked for');
    const fetched = parse(await download(outbound, url, isAtEndpoint(url, endpoint) ? endpoint : null), now());
    // What is no certificate is asked for again, within the limit.
    if (fetched.key) {
      const [oldest] = cached.keys();
      if (cached.size >= CAPACITY && oldest !== undefined) cached.delete(oldest);
      cached.set(url.href, fetched);
    }
    return fetched;
  }

  return async (url) => {
    const before = cached.get(url.href);
    if (before && before.until > now()) return before.key;
    cached.delete(url.href);
    const fetching = running.get(url.href) ?? fetchAt(url).finally(() => running.delete(url.href));
    running.set(url.href, fetching);
    return (await fetching).key;
  };
}

/**
 * The body of a GET.
 * @param endpoint AWS_ENDPOINT_URL_SNS where the URL is there: it is trusted as the environment is.
 */
export async function download(outbound: Pick<Outbound, 'send'>, url: URL, endpoint: string | null): Promise<string> {
  try {
    const answer = await outbound.send(endpoint ?? url.href, { url, signal: AbortSignal.timeout(TIMEOUT) });
    const text = await answer.text(LONGEST);
    if (answer.ok) return text;
    throw new SnsUnreachable(`SNS answered ${answer.status}`);
  } catch (error) {
    if (error instanceof TargetError) throw new SnsUnreachable(error.message);
    throw error;
  }
}

function parse(text: string, now: number): Fetched {
  try {
    const certificate = new X509Certificate(text);
    const isValid = certificate.validFromDate.getTime() <= now && now < certificate.validToDate.getTime();
    const isRsa = certificate.publicKey.asymmetricKeyType === 'rsa';
    return {
      key: isValid && isRsa ? certificate.publicKey : null,
      until: Math.min(now + DAY, certificate.validToDate.getTime()),
    };
  } catch {
    return { key: null, until: now };
  }
}
