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

/** Headless Chromium. CHROMIUM names one other than Debian's. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install it (on Debian and Ubuntu: apt-get install chromium), or set CHROMIUM to the path of one.`,
    );
  }
  return chromium.launch({ executablePath, args: FLAGS });
}
