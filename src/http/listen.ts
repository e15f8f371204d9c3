import type { Server } from 'node:http';

export interface ListenOn {
  readonly port: number;
  /** Null for all interfaces. */
  readonly host: string | null;
}

/** Resolves when the server listens. Rejects with an error that names the variable to change. */
export function listen(server: Server, { port, host }: ListenOn): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(reason(error, { port, host }))));
    server.listen({ port, ...(host === null ? {} : { host }) }, resolve);
  });
}

function reason({ code, message }: NodeJS.ErrnoException, { port, host }: ListenOn): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another process. Stop it, or set PORT to a free port.`;
    case 'EACCES':
      return `PORT is ${port}, which this user may not listen on. Set PORT to 1024 or more.`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return `HOST is ${host}, which is not an address of this machine (${code}).`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return `HOST is ${host}, which is a name without an address (${code}).`;
    default:
      return `Cannot listen on HOST ${host ?? '(all interfaces)'} and PORT ${port}: ${message}`;
  }
}
