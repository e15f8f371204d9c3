/**
 * `node scripts/demo-picture.ts`: makes docs/demo.svg, the moving picture of README, from the real pages. It starts the
 * demo with its crowd in an empty folder, photographs /demo while a visitor waits and goes in, and ends it again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium, type Frame, type Page } from 'playwright-core';

const ROOT = join(import.meta.dirname, '..');
const PICTURE = join(ROOT, 'docs/demo.svg');
const PORTS = { PORT: '4310', SHOP_PORT: '4311' };
const SIZE = { width: 1280, height: 720 };
const QUALITY = 40;
/** Seconds between photographs at most, and after which the visitor should be in. */
const EVERY = 9;
const PATIENCE = 240;
/** Seconds for which a photograph is shown. */
const SHOWN = 2;
const MOST = 6;

const folder = mkdtempSync(join(tmpdir(), 'anteroom-picture-'));
const demo = spawn(process.execPath, [join(ROOT, 'src/main.ts')], {
  cwd: folder,
  env: { PATH: process.env.PATH, ...PORTS, LOG_LEVEL: 'error' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  await untilReady(demo);
  const photographs = await photograph();
  writeFileSync(PICTURE, toSvg(photographs));
  console.log(`${PICTURE}: ${photographs.length} photographs, ${Math.round(readFileSync(PICTURE).length / 1024)} KB`);
} finally {
  demo.kill('SIGTERM');
  await once(demo, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

async function untilReady({ stdout }: ChildProcess): Promise<void> {
  for await (const chunk of stdout ?? []) if (String(chunk).includes('Control')) break;
  // Until the crowd fills the room, so that the visitor of the picture sees a line.
  await delay(25_000);
}

async function photograph(): Promise<readonly Buffer[]> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage({ viewport: SIZE });
    const token = readFileSync(join(folder, 'keys/admin-token'), 'utf8').trim();
    await signIn(page, token);
    await page.goto(`http://localhost:${PORTS.PORT}/demo`);
    await delay(4000);
    const photographs: Buffer[] = [];
    for (const end = Date.now() + PATIENCE * 1000; Date.now() < end; ) {
      photographs.push(await page.screenshot({ type: 'jpeg', quality: QUALITY }));
      if (isIn(page.frames())) break;
      await untilIn(page, EVERY);
    }
    // The first ones show the same line, a little shorter each time; the last ones are the turn and the shop.
    return photographs.slice(-MOST);
  } finally {
    await browser.close();
  }
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.goto(`http://localhost:${PORTS.PORT}/admin/`);
  await page.locator('input[type=password]').fill(token);
  await page.locator('input[type=password]').press('Enter');
  await delay(2000);
}

function isIn(frames: readonly Frame[]): boolean {
  return frames.some((frame) => frame.url().endsWith('/checkout'));
}

async function untilIn(page: Page, seconds: number): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end && !isIn(page.frames()); ) await delay(200);
}

/** Photographs in turn, without a script: the style sheet of the picture shows one after the other. */
function toSvg(photographs: readonly Buffer[]): string {
  const whole = photographs.length * SHOWN;
  const share = 100 / photographs.length;
  const images = photographs.map((photograph, at) => {
    const href = `data:image/jpeg;base64,${photograph.toString('base64')}`;
    return `<image width="${SIZE.width}" height="${SIZE.height}" href="${href}" style="animation-delay:${at * SHOWN}s"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img">
<title>Shop, line and control panel side by side: the visitor's number comes closer, and the shop opens.</title>
<style>
image { opacity: 0; animation: turn ${whole}s step-end infinite }
image:first-of-type { opacity: 1 }
@keyframes turn { 0% { opacity: 1 } ${share.toFixed(2)}% { opacity: 0 } 100% { opacity: 0 } }
@media (prefers-reduced-motion: reduce) { image { animation: none } }
</style>
${images.join('\n')}
</svg>
`;
}
