import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** For tests: no sandbox, because containers run as root, and no requests of its own. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const CHROMIUM = '/usr/bin/chromium';
/** Chromium without windows and menus: it takes half the processor time, and shows no notifications. */
const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell';

export interface Needs {
  /** Whether the pages show notifications. */
  readonly notifications?: boolean;
}

/** Headless Chromium. CHROMIUM names one other than Debian's. */
export async function launchChromium({ notifications = false }: Needs = {}): Promise<Browser> {
  const small = !notifications && existsSync(HEADLESS_SHELL) ? HEADLESS_SHELL : CHROMIUM;
  const executablePath = process.env.CHROMIUM || small;
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install it (on Debian and Ubuntu: apt-get install chromium), or set CHROMIUM to the path of one.`,
    );
  }
  return chromium.launch({ executablePath, args: FLAGS });
}
