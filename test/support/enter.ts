import type { Answer, Browser } from './browser.ts';

/** Requests /enter, and brings back the cookie that it gives a browser without any. */
export async function enterWith(browser: Browser, url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await browser.get(url, headers);
  return answer.location.endsWith('&anteroom_again=1') ? browser.get(answer.location, headers) : answer;
}
