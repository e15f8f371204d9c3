import { describe, expect, test } from 'vitest';
import { createHeartbeatBuffer } from '#waiting-room/heartbeat-buffer.ts';
import type { EntrantHeartbeats, Heartbeats } from '#waiting-room/line/heartbeats.ts';

describe('the heartbeat buffer', () => {
  function createFakeLine() {
    const recorded: { room: string; generation: number; numbers: number[] }[] = [];
    const line = {
      recorded,
      failing: new Set<string>(),
      async recordHeartbeats(room: string, { generation, numbers }: Heartbeats) {
        if (line.failing.has(room)) throw new Error('the store is away');
        recorded.push({ room, generation, numbers: [...numbers].sort((a, b) => a - b) });
      },
      async recordEntrantHeartbeats(room: string, { generation, draw, indexes }: EntrantHeartbeats) {
        await line.recordHeartbeats(`${room}, draw ${draw}`, { generation, numbers: indexes });
      },
    };
    return { line, heartbeats: createHeartbeatBuffer(line, Date.now) };
  }

  test('records each number once, with one command a room and flush', async () => {
    const { line, heartbeats } = createFakeLine();
    for (const number of [3, 1, 3, 3, 2]) heartbeats.record('sale', { generation: 1 }, number);
    heartbeats.record('other', { generation: 7 }, 1);
    await heartbeats.flush();
    expect(line.recorded).toEqual([
      { room: 'sale', generation: 1, numbers: [1, 2, 3] },
      { room: 'other', generation: 7, numbers: [1] },
    ]);
  });

  test('sends no command when there was no heartbeat', async () => {
    const { line, heartbeats } = createFakeLine();
    heartbeats.record('sale', { generation: 1 }, 1);
    await heartbeats.flush();
    await heartbeats.flush();
    expect(line.recorded).toHaveLength(1);
  });

  test('drops the heartbeats of an older generation, before and after those of a newer one', async () => {
    const { line, heartbeats } = createFakeLine();
    heartbeats.record('sale', { generation: 1 }, 10);
    heartbeats.record('sale', { generation: 2 }, 1);
    heartbeats.record('sale', { generation: 1 }, 11);
    await heartbeats.flush();
    expect(line.recorded).toEqual([{ room: 'sale', generation: 2, numbers: [1] }]);
  });

  test('keeps heartbeats that the store did not take for the next flush, with those that arrived since', async () => {
    const { line, heartbeats } = createFakeLine();
    line.failing.add('sale');
    heartbeats.record('sale', { generation: 1 }, 1);
    await expect(heartbeats.flush()).rejects.toThrow('away');
    heartbeats.record('sale', { generation: 1 }, 2);
    line.failing.clear();
    await heartbeats.flush();
    expect(line.recorded).toEqual([{ room: 'sale', generation: 1, numbers: [1, 2] }]);
  });

  test('records the heartbeats of one room when those of another fail', async () => {
    const { line, heartbeats } = createFakeLine();
    line.failing.add('sale');
    heartbeats.record('sale', { generation: 1 }, 1);
    heartbeats.record('other', { generation: 1 }, 2);
    await expect(heartbeats.flush()).rejects.toThrow('away');
    expect(line.recorded).toEqual([{ room: 'other', generation: 1, numbers: [2] }]);
  });

  test('drops the heartbeats of a generation that ended while the store was unavailable', async () => {
    const { line, heartbeats } = createFakeLine();
    line.failing.add('sale');
    heartbeats.record('sale', { generation: 1 }, 1);
    const failing = heartbeats.flush();
    heartbeats.record('sale', { generation: 2 }, 5);
    await expect(failing).rejects.toThrow('away');
    line.failing.clear();
    await heartbeats.flush();
    expect(line.recorded).toEqual([{ room: 'sale', generation: 2, numbers: [5] }]);
  });
});
