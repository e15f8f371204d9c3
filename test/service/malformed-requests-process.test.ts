import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '#support/ports.ts';
import { attack } from './malformed/attack.ts';
import { ADMIN_TOKEN, createFolder, environment, type Folder, type Run, ready } from './process.ts';

/**
 * In MiB, of 1,000 requests; 0.5 are measured. Over 400,000 the heap is 38.7 to 39.2 MiB after each 50,000 but the first,
 * and the process settles at 395 MiB.
 */
const KEPT = 2;

// 200,000 of them: node test/service/malformed/run.ts
test('malformed requests over every route and method get no 5xx, no foreign Location, always nosniff, and keep no memory', async () => {
  const { sent, troubles, heap, output } = await attack({ count: 2000, seed: 20_261_127, clients: 8 });
  expect(sent).toBe(2000);
  expect(Object.fromEntries(troubles)).toEqual({});
  expect(output).not.toMatch(/"level":"(error|fatal)"/);
  expect(heap[1] - heap[0]).toBeLessThan(KEPT);
});

describe('one process', () => {
  let folder: Folder;
  let run: Run;
  let port: number;
  let url: string;
  beforeAll(async () => {
    folder = await createFolder();
    port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const room = '{ id: sale, return_urls: [https://shop.example/sale/] }';
    const party =
      '{ client_id: shop, client_secret: s3cret-of-the-shop, room: sale, redirect_uris: [https://shop.example/cb] }';
    await folder.write('anteroom.yaml', `rooms: [${room}]\nrelying_parties: [${party}]\n`);
    run = folder.run(await environment(folder, port));
    await ready(run, url);
  });
  afterAll(() => folder.remove());

  /** Sends bytes, and resolves to the answer's head when the connection ends, and to how much was sent until then. */
  function exchange(head: string, body?: { chunk: Buffer; count: number }): Promise<{ answer: string; sent: number }> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      let [answer, sent] = ['', 0];
      socket.on('data', (data) => (answer += data.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve({ answer, sent }));
      socket.write(head);
      const { chunk, count } = body ?? { chunk: Buffer.alloc(0), count: 0 };
      const more = (error?: Error | null) => {
        if (error || sent >= chunk.length * count || socket.destroyed) return;
        sent += chunk.length;
        socket.write(chunk, more);
      };
      more();
    });
  }

  const patchRoom = (body: string) =>
    fetch(`${url}/admin/v1/rooms/sale`, {
      method: 'PATCH',
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
      body,
    });

  test.each(['http://[', 'http:', 'x', '?a=b', '*'])('refuses the request target %s with 400', async (target) => {
    const { answer } = await exchange(`GET ${target} HTTP/1.1\r\nHost: line.test\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/^x-content-type-options: nosniff/im);
  });

  test('refuses what is no HTTP with the headers of every answer', async () => {
    const { answer } = await exchange('GET\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/^x-content-type-options: nosniff/im);
  });

  test('a resumed login that never was is an error of the client', async () => {
    expect((await fetch(`${url}/authorize/x?client_id=shop`)).status).toBe(400);
  });

  test('the absolute form leads to no foreign host', async () => {
    const { answer } = await exchange(
      'POST http://evil.example/authorize HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n' +
        'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b',
    );
    expect(answer).toMatch(/^location: \/authorize\?a=b\r$/im);
    expect(answer).toMatch(/^cache-control: no-store\r$/im);
  });

  test('a body nested 10,000 deep, or with __proto__, is refused by name', async () => {
    const deep = await patchRoom(`${'{"inlet":'.repeat(10_000)}1${'}'.repeat(10_000)}`);
    expect([deep.status, await deep.text()]).toEqual([400, expect.stringContaining('32 levels')]);
    for (const body of ['{"__proto__":{"mode":"closed"}}', '{"inlet":{"\\u005f_proto__":{}}}']) {
      const answer = await patchRoom(body);
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('__proto__')]);
    }
  });

  test.each(['/authorize', '/rooms/sale/wait?x', '/rooms/sale/tickets', '/token', '/nowhere', '/admin/v1/rooms'])(
    'does not read 100 MiB at %s to the end',
    async (path) => {
      const chunk = Buffer.alloc(1024 * 1024, 'a');
      for (const length of [`Content-Length: ${100 * chunk.length}`, 'Transfer-Encoding: chunked']) {
        const head = `POST ${path} HTTP/1.1\r\nHost: line.test\r\nContent-Type: application/x-www-form-urlencoded\r\n${length}\r\n\r\n`;
        const first = length.startsWith('T') ? `${(100 * chunk.length).toString(16)}\r\n` : '';
        const { sent } = await exchange(head + first, { chunk, count: 100 });
        expect(sent).toBeLessThan(30 * chunk.length);
      }
    },
  );

  test('an upload that the client gives up is no error', async () => {
    for (const path of ['/admin/v1/rooms/sale', '/authorize', '/token', '/rooms/sale/wait']) {
      const method = path.startsWith('/admin') ? 'PATCH' : 'POST';
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(
            `${method} ${path} HTTP/1.1\r\nHost: line.test\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n` +
              'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nabc',
            () => setTimeout(() => socket.resetAndDestroy(), 100),
          );
        });
        socket.on('error', () => undefined).on('close', () => resolve());
      });
    }
    await patchRoom('{}');
    expect(run.output()).not.toMatch(/"level":"(error|fatal)"|background task failed/);
  });

  test('a connection that sends nothing is closed within seconds', async () => {
    const begun = performance.now();
    await exchange('');
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
