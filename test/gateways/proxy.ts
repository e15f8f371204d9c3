/** Starts a proxy as its own process, in a temporary folder. */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

export interface RunningProxy {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Resolves once the program answers at this page with anything but its own error. The page is a path on the port, or a
 * whole URL.
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  port: number,
  env: Record<string, string> = {},
  page = '/',
): Promise<RunningProxy> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code) => resolve(`it ended with ${code}`));
  });
  const up = async () => {
    for (let attempt = 0; attempt < 600; attempt++) {
      if (await answers(port, page)) return null;
      await delay(50);
    }
    return 'it does not answer';
  };
  const trouble = await Promise.race([up(), ended]);
  if (trouble !== null) {
    child.kill();
    throw new Error(`${command}: ${trouble}\n${said}`);
  }
  return {
    port,
    async close() {
      child.kill();
      await ended;
    },
  };
}

function answers(port: number, page: string): Promise<boolean> {
  return fetch(new URL(page, `http://127.0.0.1:${port}`), { redirect: 'manual' }).then(
    (answer) => answer.status < 500,
    () => false,
  );
}
