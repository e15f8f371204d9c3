import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { BatchingRedis } from '#store/redis/batching-redis.ts';
import { freePort } from '#support/ports.ts';

/** Each chunk that a server without answers received. */
async function silentServer(port: number) {
  const chunks: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.setNoDelay(true).on('data', (chunk) => chunks.push(chunk.toString('latin1')));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const received = async (text: string) => {
    while (!chunks.join('').includes(text)) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { chunks, received, stop };
}

describe('a connection to Redis', () => {
  const stops: (() => void)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  async function connected() {
    const port = await freePort();
    const server = await silentServer(port);
    const client = new BatchingRedis({
      port,
      host: '127.0.0.1',
      protocol: 2,
      enableReadyCheck: false,
      disableClientInfo: true,
      retryStrategy: null,
    });
    stops.push(server.stop, () => client.disconnect());
    client.on('error', () => undefined);
    await new Promise((resolve) => client.once('ready', resolve));
    const send = (...keys: string[]) => {
      for (const key of keys) client.get(key).catch(() => undefined);
    };
    return { ...server, client, send };
  }

  it('sends the commands of one turn in one write, in their order', async () => {
    const { chunks, received, send } = await connected();
    send('one', 'two', 'three');
    await received('three');
    expect(chunks).toHaveLength(1);
    expect(chunks[0]).toMatch(/one.*two.*three/s);
  });

  it('sends more commands while Redis has not answered', async () => {
    const { chunks, received, send } = await connected();
    send('one');
    await received('one');
    send('two');
    await received('two');
    expect(chunks).toHaveLength(2);
  });

  it('sends many commands in more than one write', async () => {
    const { chunks, received, send } = await connected();
    send(...Array.from({ length: 1000 }, (_, n) => `key-${n}.`));
    await received('key-999.');
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.join('').match(/key-\d+\./g)).toEqual(Array.from({ length: 1000 }, (_, n) => `key-${n}.`));
  });

  it('rejects what was to be sent when the connection is lost', async () => {
    const { client } = await connected();
    const answer = client.get('one');
    client.disconnect();
    await expect(answer).rejects.toThrow();
  });
});
