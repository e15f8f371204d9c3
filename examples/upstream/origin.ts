/** The site behind the proxy. It knows nothing about waiting in line. */
import { createServer, type Server } from 'node:http';

export function createOrigin(): Server {
  return createServer((req, res) => {
    const number = req.headers['x-anteroom-number'];
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.end(`<!doctype html>
<html lang="en"><title>The site</title>
<h1>The site</h1>
<p>You asked for <code id="url">${escaped(req.url ?? '')}</code>.</p>
<p>The proxy says that you are number <span id="number">${escaped(String(number))}</span>.</p>
</html>`);
  });
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
