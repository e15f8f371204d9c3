/**
 * The first view of the waiting page in Chromium, over a slow mobile network as the DevTools protocol emulates it: when
 * its largest text is painted, and how many bytes came. Each view is of a new visitor whose browser has cached nothing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, CDPSession } from 'playwright-core';
import { launchChromium } from '#support/chromium.ts';
import type { Bench, Finding } from './bench.ts';
import { arrivals } from './facts.ts';
import { authorizationRequest } from './load/relying-party.ts';
import { spread } from './measure/spread.ts';

const VIEWS = 7;
const OTHERS = 6;
const LANGUAGES = ['en', 'ar'];
/** Slow 4G, as Lighthouse defines it: in bytes a second, and in ms. */
const SLOW_4G = { downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8, latency: 150, offline: false };

interface View {
  /** From the start of the navigation to the largest contentful paint, in ms. */
  readonly painted: number;
  /** Of the page, its styles and scripts, as they came over the network, without headers. */
  readonly bytes: number;
}

export const firstView: Bench = {
  name: 'first-view',
  about: 'the first view of the waiting page in Chromium, over a slow mobile network',
  async run(stand) {
    const { port } = await stand.anteroom();
    const others = await otherVisitors(port);
    const browser = await launchChromium();
    try {
      const findings: Finding[] = [];
      for (const language of LANGUAGES) {
        const views: View[] = [];
        for (let view = 0; view <= VIEWS; view++) {
          const done = others.keepLooking(language);
          const seen = await look(browser, port, language);
          await done();
          // The first one starts Chromium's network.
          if (view > 0) views.push(seen);
        }
        const of = (read: (view: View) => number) => spread(views.map(read));
        findings.push(
          { what: `painted, ${language}`, value: of(({ painted }) => painted), unit: 'ms', target: { at_most: 1500 } },
          { what: `bytes, ${language}`, value: of(({ bytes }) => bytes), unit: 'bytes', target: { at_most: 15_360 } },
        );
      }
      return { findings };
    } finally {
      await browser.close();
    }
  },
};

async function look(browser: Browser, port: number, language: string): Promise<View> {
  const context = await browser.newContext({ locale: language, viewport: { width: 360, height: 640 } });
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', SLOW_4G);
    const received = countBytes(devtools);
    const path = authorizationRequest('/authorize');
    await page.goto(`http://127.0.0.1:${port}${path}`, { waitUntil: 'networkidle' });
    const painted = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const observer = new PerformanceObserver((list) =>
            resolve(list.getEntries().at(-1)?.startTime ?? Number.NaN),
          );
          // Node's types do not know what browsers observe.
          observer.observe({ type: 'largest-contentful-paint' as never, buffered: true });
        }),
    );
    return { painted, bytes: received() };
  } finally {
    await context.close();
  }
}

function countBytes(devtools: CDPSession): () => number {
  const headers = new Map<string, number>();
  let bytes = 0;
  devtools.on('Network.responseReceived', ({ requestId, type, response }) => {
    // What the script asks for comes after the first view.
    if (type !== 'Fetch' && type !== 'XHR') headers.set(requestId, response.encodedDataLength);
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const before = headers.get(requestId);
    if (before !== undefined) bytes += encodedDataLength - before;
  });
  return () => bytes;
}

/** As in any line, others look at the same page within the same second. */
async function otherVisitors(port: number) {
  const visitors = (await arrivals(port, OTHERS)).map((request) => ({
    path: /^GET (\S+)/.exec(request)?.[1] ?? '',
    cookie: /\r\nCookie: (.*)\r\n/.exec(request)?.[1] ?? '',
  }));
  return {
    keepLooking(language: string) {
      let isDone = false;
      const looking = (async () => {
        while (!isDone) {
          for (const { path, cookie } of visitors) {
            const headers = { Cookie: cookie, Accept: 'text/html', 'Accept-Language': language };
            await (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).arrayBuffer();
          }
          await delay(100);
        }
      })();
      return () => {
        isDone = true;
        return looking;
      };
    },
  };
}
