import { expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { describeGate } from './gate.ts';
import { type Edit, startNginx } from './gate-proxies.ts';
import { startSite } from './site.ts';

describeGate('nginx', startNginx);

/** As the comment in the file says. */
const onOneHost: Edit = (text) => {
  const edited = text
    .replace('# location ^~ /line/', 'location ^~ /line/')
    .replace('/anteroom/rooms/', '/anteroom/line/rooms/');
  expect(edited.match(/^[^#\n]*\/line\//gm)).toHaveLength(2);
  return edited;
};
describeGate('nginx, with Anteroom on the same host,', (behind) => startNginx(behind, onOneHost), '/line');

test('nginx shows a page that tries again if Anteroom’s address does not answer', async () => {
  const site = await startSite();
  const proxy = await startNginx({ anteroom: site.port, site: site.port });
  try {
    await site.close();
    const { status, headers, text } = await createBrowser().get(`http://127.0.0.1:${proxy.port}/a`);
    expect([status, headers['retry-after'], headers.refresh]).toEqual([503, '5', '5']);
    expect(headers['content-type']).toContain('text/html');
    expect(text).toContain('<h1>One moment, please</h1>');
  } finally {
    await proxy.close();
  }
});
