import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const COMMANDS = {
  keys: '--out FILE',
  'vapid-keys': 'VAPID_PUBLIC_KEY',
  'import-aws': '--',
  bench: 'protection',
  attack: 'periodic',
  simulate: '--seed N',
  crowd: 'SHOP_URL',
  failover: '--runs',
  restarts: '--restarts',
} satisfies Partial<Record<keyof typeof manifest.scripts, string>>;

test.for(Object.entries(COMMANDS))('npm run %s explains itself with --help, and does nothing else', ([name, shows]) => {
  const [program, ...args] = manifest.scripts[name as keyof typeof COMMANDS].split(' ');
  const { status, stdout, stderr } = spawnSync(program ?? '', [...args, '--help'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(`npm run ${name}`);
  expect(stdout).toContain(shows);
});
