import { expect, test } from 'vitest';
import { createNoticeRequests } from '#waiting-room/notice-requests.ts';
import type { Snapshot } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

test('the store is asked once a snapshot what became of a notice, and again after another request', async () => {
  let asked = 0;
  const requests = createNoticeRequests({
    sendsEmail: true,
    pushHosts: null,
    queue: {
      put: async () => true,
      forget: async () => undefined,
      progress: async () => {
        asked += 1;
        return 'sent';
      },
    },
    sharedCounts: { add: async (_, counts) => counts },
    seal: { seal: () => 'sealed', stamp: () => 'stamp' },
    now: () => 0,
  });
  const [ann, bob] = ['ann', 'bob'].map((visitor) => ({ room: 'sale', visitor, number: 1 }) as Ticket) as [
    Ticket,
    Ticket,
  ];
  const [first, second] = [{} as Snapshot, {} as Snapshot];
  for (let n = 0; n < 3; n++) expect(await requests.progress(first, ann)).toBe('sent');
  expect(asked).toBe(1);
  await requests.progress(first, bob);
  await requests.progress(second, ann);
  expect(asked).toBe(3);
  const page = 'https://line.example/rooms/sale/wait?x';
  const request = { channel: 'email' as const, recipient: 'ann@mail.example', lang: 'en', page, network: '' };
  expect(await requests.ask(ann, request)).toBe(true);
  await requests.progress(second, ann);
  expect(asked).toBe(4);
});
