import { expect, test } from 'vitest';
import { onEachStore } from '#support/on-each-store.ts';
import { ADMIN_TOKEN } from '#support/service.ts';

onEachStore(
  'notes of a room',
  { rooms: [{ id: 'sale' }, { id: 'full' }, { id: 'gone' }, { id: 'both' }] },
  (service) => {
    async function call(method: string, path: string, body?: object) {
      const answer = await fetch(`${service.listensOn}/admin/v1/rooms/${path}`, {
        method,
        headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      // biome-ignore lint/suspicious/noExplicitAny: an answer of any route.
      return { status: answer.status, body: (await answer.json().catch(() => null)) as any };
    }
    const texts = async (room: string) =>
      (await call('GET', `${room}/notes`)).body.map(({ text }: { readonly text: string }) => text);

    test('are pinned and removed, say who and when, and survive a restart', async () => {
      expect(await texts('sale')).toEqual([]);
      const first = await call('POST', 'sale/notes', { text: ' The provider calls back at <b>ten</b>. ' });
      expect(first).toMatchObject({
        status: 201,
        body: { text: 'The provider calls back at <b>ten</b>.', by: 'admin' },
      });
      expect(Date.parse(first.body.at)).toBeGreaterThan(0);
      await call('POST', 'sale/notes', { text: 'Second' });
      await service.restart();
      expect(await texts('sale')).toEqual(['Second', 'The provider calls back at <b>ten</b>.']);
      expect((await call('DELETE', `sale/notes/${first.body.id}`)).status).toBe(204);
      expect(await call('DELETE', `sale/notes/${first.body.id}`)).toMatchObject({
        status: 404,
        body: { code: 'note_not_found' },
      });
      expect(await texts('sale')).toEqual(['Second']);
      const { body: settings } = await call('GET', 'sale');
      expect(JSON.stringify(settings)).not.toContain('Second');
      const entries = (await service.store.audit.newest({ max: 50 })).map(({ entry }) => JSON.parse(entry));
      expect(entries.filter(({ action }) => action.startsWith('note.')).map(({ action }) => action)).toEqual([
        'note.removed',
        'note.added',
        'note.added',
      ]);
    });

    test('that are pinned at once are all kept', async () => {
      await Promise.all(['a', 'b', 'c', 'd'].map((text) => call('POST', 'both/notes', { text })));
      expect((await texts('both')).sort()).toEqual(['a', 'b', 'c', 'd']);
    });

    test('are at most 20 of 500 characters', async () => {
      expect((await call('POST', 'full/notes', { text: 'x'.repeat(501) })).status).toBe(400);
      for (let n = 0; n < 20; n++)
        expect((await call('POST', 'full/notes', { text: '東'.repeat(500) })).status).toBe(201);
      expect(await call('POST', 'full/notes', { text: 'one more' })).toMatchObject({
        status: 409,
        body: { code: 'notes_full' },
      });
      expect(await texts('full')).toHaveLength(20);
    });

    test('can be read, and may have lines', async () => {
      for (const text of [' ', '\u200b', 'a\u0000b', 'a\u001b[1m', 'a\ud83d']) {
        const { status, body } = await call('POST', 'sale/notes', { text });
        expect([text, status, body.errors?.[0]?.field]).toEqual([text, 400, 'text']);
      }
      expect((await call('POST', 'sale/notes', { text: 'One\n\ttwo' })).status).toBe(201);
    });

    test('go with their room, and need one', async () => {
      await call('POST', 'gone/notes', { text: 'of the former room' });
      expect((await call('DELETE', 'gone')).status).toBe(204);
      expect((await call('GET', 'gone/notes')).status).toBe(404);
      expect((await call('POST', 'gone/notes', { text: 'x' })).status).toBe(404);
      await call('PUT', 'gone', {});
      expect(await texts('gone')).toEqual([]);
    });
  },
);
