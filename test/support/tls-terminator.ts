/** Ends TLS in front of a server of this machine, with the headers of a load balancer. */
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificates.ts';

export interface TlsTerminator {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** Closes all connections. New ones get this certificate. */
  present(certificate: Certificate): Promise<void>;
  close(): Promise<void>;
}

/** @param target the server's port on 127.0.0.1. */
export async function startTlsTerminator(certificate: Certificate, target: number): Promise<TlsTerminator> {
  const server = createServer(await contents(certificate), (req, res) => {
    const { port = 0 } = server.address() as AddressInfo;
    const passed = req.headers['x-forwarded-for'];
    const headers = {
      ...req.headers,
      connection: 'close',
      'x-forwarded-for': [passed, req.socket.remoteAddress].flat().filter(Boolean).join(', '),
      'x-forwarded-proto': 'https',
      'x-forwarded-port': `${port}`,
    };
    const onward = httpRequest({ port: target, path: req.url, method: req.method, headers, agent: false });
    onward.on('response', (answer) => {
      // These are about the connection behind.
      const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...answered } = answer.headers;
      res.writeHead(answer.statusCode ?? 502, answered);
      answer.pipe(res);
    });
    onward.on('error', (error) => {
      if (!res.headersSent) res.writeHead(502);
      res.end(`nothing answers behind the load balancer: ${error.message}`);
    });
    req.pipe(onward);
  });
  // As nginx: clients keep idle connections for less.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async present(other) {
      server.setSecureContext(await contents(other));
      server.closeAllConnections();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const contents = async ({ certFile, keyFile }: Certificate) => ({
  cert: await readFile(certFile, 'utf8'),
  key: await readFile(keyFile, 'utf8'),
});
