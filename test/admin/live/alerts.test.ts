import { expect, test } from 'vitest';
import { openEvents } from '#support/event-source.ts';
import { samplesOf } from '#support/metric-samples.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { roomSettings } from '#support/room-settings.ts';
import { ADMIN_TOKEN } from '#support/service.ts';

onEachStore('alerts', { rooms: [{ id: 'sale', inlet: { strategy: 'manual' } }] }, (service) => {
  test('nobody let in for a minute is an event, a metric and part of the stream, until the next turn', async () => {
    const { waitingRoom, time } = service;
    const { visitors, advance, operations } = waitingRoom;
    const ticks = async (seconds: number) => {
      for (let second = 0; second < seconds; second += 10) {
        time.pass(10_000);
        await advance.all();
      }
    };
    const alerts = () => service.told.filter(({ type }) => type.startsWith('alert.'));
    const gauge = async () => {
      const text = await (await fetch(`${service.listensOn}/metrics`)).text();
      return samplesOf(text, 'anteroom_alert').filter((sample) => sample.includes('nobody_let_in'));
    };
    await advance.all();
    const { ticket } = await visitors.arrive('sale', { visitor: 'ann', ticket: null });
    await visitors.facts(ticket);
    await waitingRoom.flush();
    await ticks(50);
    expect(alerts()).toEqual([]);
    await ticks(20);
    expect(alerts()).toMatchObject([{ type: 'alert.raised', room: 'sale', alert: 'nobody_let_in' }]);
    expect(await gauge()).toEqual(['anteroom_alert{room="sale",alert="nobody_let_in"} 1']);

    const live = await openEvents(`${service.listensOn}/admin/v1/rooms/sale/live`, {
      Authorization: `Bearer ${ADMIN_TOKEN}`,
    });
    expect((await live.next('counters')).data).toMatchObject({
      alerts: [{ alert: 'nobody_let_in' }],
      held_up: { code: 'manual' },
    });
    await operations.raise('sale', 1);
    await ticks(10);
    expect((await live.next('activity')).data).toBeDefined();
    live.close();
    expect(alerts().slice(1)).toMatchObject([{ type: 'alert.cleared', room: 'sale', alert: 'nobody_let_in' }]);
    expect(await gauge()).toEqual(['anteroom_alert{room="sale",alert="nobody_let_in"} 0']);
  });

  test.each(['paused', 'closed'] as const)('nobody let in is no alert in a room that is %s', async (mode) => {
    const { waitingRoom, time } = service;
    const { visitors, advance, operationsOf } = waitingRoom;
    const room = `sale-${mode}`;
    const alerts = () =>
      service.told.filter((event) => event.type.startsWith('alert.') && 'room' in event && event.room === room);
    const put = (of: 'queue' | 'paused' | 'closed') =>
      operationsOf('ops').changeRoom(room, (settings) => ({ ...settings, mode: of }));
    await operationsOf('ops').putRoom(roomSettings({ id: room, inlet: { strategy: 'manual', size: 0 } }));
    const { ticket } = await visitors.arrive(room, { visitor: 'ann', ticket: null });
    const stay = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        time.pass(1000);
        await visitors.facts(ticket);
        await waitingRoom.flush();
        await advance.all();
      }
    };
    await stay(70);
    expect(alerts()).toMatchObject([{ type: 'alert.raised', alert: 'nobody_let_in' }]);
    await put(mode);
    await stay(1);
    expect(alerts().slice(1)).toMatchObject([{ type: 'alert.cleared', alert: 'nobody_let_in' }]);
    await stay(70);
    await put('queue');
    await stay(2);
    expect(alerts().slice(2)).toEqual([]);
    await stay(60);
    expect(alerts().slice(2)).toMatchObject([{ type: 'alert.raised', alert: 'nobody_let_in' }]);
  });
});
