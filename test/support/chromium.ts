import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** It is a test's browser: no sandbox (containers run as root), and nothing that it asks for on its own. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium without a screen. Where another one than Debian's is to be used, CHROMIUM names it. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install it (on Debian and Ubuntu: apt-get install chromium), or set CHROMIUM to the path of one.`,
    );
  }
  return chromium.launch({ executablePath, args: FLAGS });
}
