import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a client may take to send a request's headers, and the whole request, in ms. Silent connections end as soon. */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 30_000;
const CHECK_INTERVAL = 2000;
/** Longer than balancers keep idle connections (AWS's and nginx's: 60 s), so that the balancer ends them and loses no request. */
const KEEP_ALIVE_TIMEOUT = 65_000;

/**
 * In bytes, with the request line. The address of a waiting page has up to 8 KiB, and a site's cookies for its whole host
 * or domain, which this service does not read, have as many and more.
 */
const MAX_HEADER_SIZE = 32 * 1024;

/** The HTTP server, with limits against clients that hold connections without using them. */
export function createHttpServer(listener?: RequestListener): Server {
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: CHECK_INTERVAL,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    maxHeaderSize: MAX_HEADER_SIZE,
  });
  if (listener) server.on('request', listener);
  server.on('clientError', refuseUnreadable);
  return server;
}

/** Statuses for requests that Node cannot read; any other code is a malformed request. */
const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what is no request, as Node does by itself, with the headers that every answer has. */
function refuseUnreadable({ code = '' }: NodeJS.ErrnoException, socket: Duplex): void {
  // The client has gone.
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = STATUSES[code] ?? 400;
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...HEADERS, '', ''];
  socket.end(head.join('\r\n'));
}

const HEADERS = [
  'Connection: close',
  'Content-Length: 0',
  'Cache-Control: no-store',
  'X-Content-Type-Options: nosniff',
];
