/** One HTTP request to a target. It follows no redirect: a redirect is an answer with its status. */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { TLSSocket } from 'node:tls';
import { isRefusedAddress, isRefusedHost } from './refused-address.ts';
import { TargetError, TargetRefused, targetUnreachable } from './target-error.ts';

/** How long an idle connection is kept, in ms: less than servers keep it. */
const IDLE = 4_000;
/** Of a body that nobody reads, in bytes. The connection of a longer one is closed. */
const LONGEST_UNREAD = 64 * 1024;

export interface OutboundRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

export interface OutboundAnswer {
  readonly status: number;
  /** Whether the status is 2xx. */
  readonly ok: boolean;
  /** When the certificate of the target ends, in ms since the epoch. Null without TLS. */
  readonly certificateEnds: number | null;
  /** Where a redirect leads, as it was sent; null: nowhere. */
  readonly location: string | null;
  /** The body. Rejects with a {@link TargetError} if it is longer than `limit` bytes. */
  text(limit: number): Promise<string>;
  /** Ignores the body. */
  discard(): void;
}

/** Rejects with a {@link TargetError}. */
export type Send = (url: URL, request?: OutboundRequest) => Promise<OutboundAnswer>;

/** Looks up a host's name, in the form of `dns.lookup`. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Sends to any address. */
export function createSend(): Send {
  return sendBy({ keepAlive: true, timeout: IDLE });
}

/**
 * Sends to no refused address. A name is checked where it is looked up for the connection, so it cannot lead elsewhere
 * between a check and its use.
 */
export function createGuardedSend(resolve: Resolve = systemLookup): Send {
  const lookup: LookupFunction = (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const [first, ...others] = addresses.filter(({ address }) => !isRefusedAddress(address));
      if (!first) return done(new TargetRefused(), []);
      if (options.all) done(null, [first, ...others]);
      else done(null, first.address, first.family);
    });
  };
  const send = sendBy({ keepAlive: true, timeout: IDLE, lookup });
  return async (url, request) => {
    // An address needs no lookup.
    if (isRefusedHost(url)) throw new TargetRefused();
    return send(url, request);
  };
}

function sendBy(options: ConstructorParameters<typeof HttpAgent>[0] & { lookup?: LookupFunction }): Send {
  const [http, https] = [new HttpAgent(options), new HttpsAgent(options)];
  return (url, { method = 'GET', headers = {}, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const [request, agent] = url.protocol === 'https:' ? [httpsRequest, https] : [httpRequest, http];
      const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
      request(url, { method, agent, headers: { ...headers, ...length }, ...(signal ? { signal } : {}) })
        .on('response', (response: IncomingMessage) => resolve(answerOf(response, signal)))
        // Node gives a switched connection away without a response, or an error, or heed to the signal.
        .on('upgrade', (_response, socket) => {
          socket.destroy();
          reject(new TargetError('the answer was 101 Switching Protocols'));
        })
        .on('error', (error) => reject(targetUnreachable(error, signal)))
        .end(body);
    });
}

function answerOf(response: IncomingMessage, signal: AbortSignal | undefined): OutboundAnswer {
  const { statusCode: status = 0 } = response;
  // A failure while nobody reads the body concerns nobody.
  response.on('error', () => undefined);
  return {
    status,
    ok: status >= 200 && status < 300,
    certificateEnds: response.socket instanceof TLSSocket ? endOf(response.socket) : null,
    location: response.headers.location ?? null,
    async text(limit) {
      const chunks: Buffer[] = [];
      let length = 0;
      try {
        for await (const chunk of response as AsyncIterable<Buffer>) {
          length += chunk.length;
          if (length > limit) throw new TargetError(`the answer is longer than ${limit} bytes`);
          chunks.push(chunk);
        }
      } catch (error) {
        throw targetUnreachable(error, signal);
      }
      return Buffer.concat(chunks).toString();
    },
    discard() {
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > LONGEST_UNREAD) response.destroy();
      });
    },
  };
}

function endOf(socket: TLSSocket): number | null {
  const time = Date.parse(socket.getPeerCertificate().valid_to ?? '');
  return Number.isNaN(time) ? null : time;
}
