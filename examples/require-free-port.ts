import { createServer } from 'node:net';

/** Ends the example with a message if it cannot listen on the port that this variable of the environment sets. */
export function requireFreePort(variable: string, port: number): Promise<void> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      console.error(
        code === 'EADDRINUSE'
          ? `Port ${port} is in use by another process. Stop it, or set ${variable} to a free port.`
          : `${variable} is ${port}, on which this user cannot listen: ${message}`,
      );
      process.exit(1);
    });
    probe.listen(port, () => probe.close(() => resolve()));
  });
}
