import { expect, test } from 'vitest';
import { roomSettings } from '#support/room-settings.ts';
import { forgettingNotices } from '#waiting-room/forget-notices.ts';

const TICKET = { room: 'sale', visitor: 'ann', number: 5, incarnation: 'aBc', generation: 2 };
const OF = { line: 'sale', incarnation: 'aBc', generation: 2 };

test.each([
  ['leaves', (visitors: Tried) => visitors.leave(TICKET as never), {}, true],
  ['rejoins at the back', (visitors: Tried) => visitors.rejoin(TICKET as never), { number: 9 }, true],
  ['rejoins at the front', (visitors: Tried) => visitors.rejoin(TICKET as never), {}, false],
  ['leaves a room without notices', (visitors: Tried) => visitors.leave(TICKET as never), { notify: null }, false],
])('the notice of a visitor who %s', async (_, act, { notify, ...rejoined }: Given, isForgotten) => {
  const forgotten: unknown[] = [];
  const visitors = forgettingNotices(
    { leave: async () => undefined, rejoin: async () => ({ ...TICKET, ...rejoined }) } as never,
    { forget: async (...each) => void forgotten.push(each) },
    {
      get: async () =>
        ({ settings: roomSettings({ notify: notify === null ? null : { email: true, before: 1 } }) }) as never,
    },
  );
  await act(visitors);
  expect(forgotten).toEqual(isForgotten ? [[OF, 'ann']] : []);
});

type Tried = ReturnType<typeof forgettingNotices>;
interface Given {
  readonly number?: number;
  readonly notify?: null;
}
