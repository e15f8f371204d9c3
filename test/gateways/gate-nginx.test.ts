import { expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { describeGate } from './gate.ts';
import { startNginx } from './gate-proxies.ts';
import { startSite } from './site.ts';

describeGate('nginx', startNginx);

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
