/** Starts Anteroom, and a single-page shop with an API of its own. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { startAnteroom } from '../anteroom.ts';
import { createOrders } from './orders.ts';

const { SITE_PORT = '3001' } = process.env;
const site = `http://localhost:${SITE_PORT}`;
const file = (name: string) => join(import.meta.dirname, name);

const anteroom = await startAnteroom({ file: file('anteroom.yaml'), site });
const orders = createOrders({ issuer: anteroom, room: 'drop' });
const page = readFileSync(file('index.html'), 'utf8').replace('ANTEROOM', anteroom);
const script = readFileSync(file('shop.js'));

createServer((req, res) => {
  if (req.method === 'POST' && req.url === '/api/orders') {
    orders(req, res).catch((error: Error) => {
      console.error(error);
      res.writeHead(500).end();
    });
  } else if (req.url === '/shop.js') res.setHeader('Content-Type', 'text/javascript').end(script);
  else if (req.url === '/') res.setHeader('Content-Type', 'text/html; charset=utf-8').end(page);
  else res.writeHead(404).end();
}).listen(Number(SITE_PORT), () => console.log(`The shop is at ${site}; it waits at ${anteroom}`));
