/** Behind a proxy that is not trusted every client has the proxy's address, so guesses of some count against all. */
import { expect, test } from 'vitest';
import { onEachStore } from '#support/on-each-store.ts';
import { SECRET } from '#support/relying-party.ts';
import { startService } from '#support/service.ts';
import { relying_parties, rooms } from './visit.ts';

const SHOP = '198.51.100.1';

onEachStore('behind a proxy that is not trusted', { rooms, relying_parties }, (service) => {
  async function send(issuer: string, from: string, secret: string, id = 'shop'): Promise<number> {
    const { status } = await fetch(`${issuer}/introspect`, {
      method: 'POST',
      headers: { 'X-Forwarded-For': from, Authorization: `Basic ${btoa(`${id}:${secret}`)}` },
      body: new URLSearchParams({ token: 'none' }),
    });
    return status;
  }
  /** Uses up the guesses of the proxy's address. */
  async function attack(issuer: string): Promise<void> {
    const sent = Array.from({ length: 200 }, (_, n) => send(issuer, `203.0.113.${n}`, `guess-${n}`));
    expect((await Promise.all(sent)).filter((status) => status === 401)).toHaveLength(50);
  }

  test('a relying party that succeeded may continue after a restart', async () => {
    expect(await send(service.issuer, SHOP, SECRET)).toBe(200);
    await service.restart();
    await attack(service.issuer);
    expect(await send(service.issuer, SHOP, SECRET)).toBe(200);
    expect(await send(service.issuer, SHOP, 'wrong')).toBe(401);
  });

  test('a relying party that succeeded at one process may continue at another', async () => {
    await attack(service.issuer);
    const other = await startService({ store: service.store, rooms, relying_parties });
    try {
      expect(await send(other.issuer, '198.51.100.2', SECRET, 'kiosk')).toBe(200);
      // The success is stored in the background. A process that read before looks again after ten seconds.
      const here = async () => {
        service.time.pass(10_000);
        // The address has a guess back by then.
        await send(service.issuer, '203.0.113.200', 'guess');
        expect(await send(service.issuer, '203.0.113.201', 'guess')).toBe(429);
        return send(service.issuer, '198.51.100.2', SECRET, 'kiosk');
      };
      await expect.poll(here).toBe(200);
    } finally {
      await other.close();
    }
  });

  test('one that did not succeed is treated like an attacker', async () => {
    await service.restart();
    await attack(service.issuer);
    expect(await send(service.issuer, '198.51.100.9', SECRET)).toBe(429);
    expect(await send(service.issuer, SHOP, SECRET, 'elsewhere')).toBe(429);
  });
});
