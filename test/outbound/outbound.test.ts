import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOutbound, type OutboundDeps, TargetError, TargetRefused } from '#outbound/index.ts';

let server: Server;
let port: number;
let asked: { readonly url: string; readonly method: string; readonly body: string }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  asked = [];
  answer = (_, response) => void response.writeHead(200).end('fine');
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ url: request.url ?? '', method: request.method ?? '', body });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A name server that answers with these addresses, one list after the other; the last one stays. */
function resolving(...answers: readonly string[][]): NonNullable<OutboundDeps['resolve']> {
  let asks = 0;
  return (_name, _options, done) => {
    const addresses = answers[Math.min(asks++, answers.length - 1)] ?? [];
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    process.nextTick(done, null, found);
  };
}

/** A server that switches protocols, whatever it is asked. */
async function startSwitching(): Promise<{ readonly url: string; close(): void }> {
  const switching = createSocketServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => switching.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(switching.address() as AddressInfo).port}/`,
    close: () => void switching.close(),
  };
}

test('a target that switches protocols has given no answer', async () => {
  const { url, close } = await startSwitching();
  const outbound = createOutbound({ allowPrivateTargets: true });
  await expect(outbound.send(url)).rejects.toBeInstanceOf(TargetError);
  await expect(outbound.send(url, { method: 'POST', body: 'an event' })).rejects.toBeInstanceOf(TargetError);
  close();
}, 5000);

const here = (host = '127.0.0.1') => `http://${host}:${port}/hook?key=secret`;

describe('without ALLOW_PRIVATE_TARGETS', () => {
  const strict = (more: Partial<OutboundDeps> = {}) => createOutbound({ allowPrivateTargets: false, ...more });

  test.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'])(
    'sends nothing to %s, and the setting is a fault',
    async (host) => {
      const outbound = strict();
      expect(outbound.faultOf(here(host))).toContain('ALLOW_PRIVATE_TARGETS');
      await expect(outbound.send(here(host))).rejects.toBeInstanceOf(TargetRefused);
      expect(asked).toEqual([]);
    },
  );

  test.each([
    ['this machine', ['127.0.0.1']],
    ['this machine over IPv6', ['::1', '::ffff:127.0.0.1']],
    ['a metadata service', ['169.254.169.254', 'fd00:ec2::254']],
  ])('sends nothing to a name that leads to %s', async (_what, addresses) => {
    const outbound = strict({ resolve: resolving(addresses) });
    expect(outbound.faultOf(here('rebind.example'))).toBeNull();
    await expect(outbound.send(here('rebind.example'))).rejects.toBeInstanceOf(TargetRefused);
    expect(asked).toEqual([]);
  });

  test('is not led elsewhere by a name whose second answer differs', async () => {
    const outbound = strict({ resolve: resolving(['192.0.2.1'], ['127.0.0.1']) });
    const slow = outbound.send(here('rebind.example'), { signal: AbortSignal.timeout(100) });
    await expect(slow).rejects.toBeInstanceOf(TargetError);
    await expect(outbound.send(here('rebind.example'))).rejects.toBeInstanceOf(TargetRefused);
    expect(asked).toEqual([]);
  });

  test('sends to a target of the file or the environment, exactly as it is written', async () => {
    const outbound = strict({ trusted: [here()] });
    expect(outbound.faultOf(here())).toBeNull();
    expect((await outbound.send(here())).status).toBe(200);
    expect(outbound.faultOf(`${here()}&more`)).not.toBeNull();
    await expect(outbound.send(`http://127.0.0.1:${port}/other`)).rejects.toBeInstanceOf(TargetRefused);
    expect(asked.map(({ url }) => url)).toEqual(['/hook?key=secret']);
  });

  test('does not reach a refused target over a connection of a trusted one', async () => {
    const outbound = strict({ trusted: [here('trusted.example')], resolve: resolving(['127.0.0.1']) });
    await expect(outbound.send(`http://trusted.example:${port}/`)).rejects.toBeInstanceOf(TargetRefused);
  });
});

describe('with ALLOW_PRIVATE_TARGETS', () => {
  const open = createOutbound({ allowPrivateTargets: true });

  test('sends to loopback', async () => {
    expect(open.faultOf(here())).toBeNull();
    const sent = await open.send(here(), { method: 'POST', headers: { 'X-Try': '1' }, body: 'grüße' });
    expect([sent.status, sent.ok, await sent.text(100)]).toEqual([200, true, 'fine']);
    expect(asked).toEqual([{ url: '/hook?key=secret', method: 'POST', body: 'grüße' }]);
  });

  test('follows no redirect', async () => {
    answer = (_, response) => void response.writeHead(302, { Location: '/elsewhere' }).end();
    const sent = await open.send(here());
    sent.discard();
    expect([sent.status, sent.ok, asked.length]).toEqual([302, false, 1]);
  });

  test('gives up a target that does not answer, or whose answer is too long', async () => {
    answer = () => undefined;
    await expect(open.send(here(), { signal: AbortSignal.timeout(50) })).rejects.toThrow('did not answer in time');
    answer = (_, response) => void response.writeHead(200).end('x'.repeat(1_000));
    await expect((await open.send(here())).text(999)).rejects.toThrow('longer than 999 bytes');
  });

  test('closes the connection of an endless body that nobody reads', async () => {
    const closed = new Promise((resolve) => {
      answer = (_, response) => {
        response.writeHead(200);
        const more = () => {
          while (response.write('x'.repeat(10_000)));
        };
        response.on('drain', more).on('close', resolve);
        more();
      };
    });
    (await open.send(here())).discard();
    await closed;
  });

  test.each<[what: string, answer: typeof answer]>([
    ['breaks the connection', (_, response) => void response.destroy()],
    ['sends what is no HTTP', (request) => void request.socket.end('220 secret.inner ESMTP key=secret\r\n')],
  ])('says no word of a target that %s, nor of the URL', async (_what, misbehave) => {
    answer = misbehave;
    const error: unknown = await open.send(here()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TargetError);
    expect((error as Error).message).toMatch(/^the connection to the target failed \([A-Z_]+\)$/);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/secret/);
    expect((error as Error).cause).toBeUndefined();
  });
});
