/** A process of the service behind one address, which can be killed and started again. */
import { freePort } from '#support/ports.ts';
import { environment, type Folder, ready } from '../process.ts';

export interface ServiceProcess {
  readonly url: string;
  /** Kills it with SIGKILL, and starts it again at the same address. Resolves when it is ready. */
  restart(): Promise<void>;
}

export async function startProcess(folder: Folder, env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const variables = { ...(await environment(folder, port)), ISSUER: 'http://line.test', TRUST_PROXY: '1', ...env };
  let run = folder.run(variables);
  await ready(run, url);
  return {
    url,
    async restart() {
      run.child.kill('SIGKILL');
      await run.ended;
      run = folder.run(variables);
      await ready(run, url);
    },
  };
}
