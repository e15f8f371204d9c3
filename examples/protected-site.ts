/** A site that knows nothing about waiting or logins: the proxy in front of it protects it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** @param logout the proxy's path for the logout. Returns the site's port, on 127.0.0.1. */
export function startProtectedSite(logout: string): Promise<number> {
  const server = createServer((req, res) => {
    const url = req.url ?? '/';
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    if (url === '/bye') {
      res.end(page('You have left', '<p><a href="/">Come again</a></p>'));
    } else {
      const links = `<p><a href="/another">Another page</a> <a href="${escapeHtml(logout)}">Leave</a></p>`;
      res.end(page('You are inside', `<p>This is <code id="url">${escapeHtml(url)}</code>.</p>${links}`));
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const page = (title: string, html: string) =>
  `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>${html}</html>`;
