import { createServer, type RequestListener, type Server } from 'node:http';

/** How long a client may take to send a request's headers, and the whole request, in ms. Silent connections end as soon. */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 30_000;
const CHECK_INTERVAL = 2000;
/** Longer than balancers keep idle connections (AWS's and nginx's: 60 s), so that the balancer ends them and loses no request. */
const KEEP_ALIVE_TIMEOUT = 65_000;

/** The HTTP server, with limits against clients that hold connections without using them. */
export function createHttpServer(listener?: RequestListener): Server {
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: CHECK_INTERVAL,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
  });
  if (listener) server.on('request', listener);
  return server;
}
