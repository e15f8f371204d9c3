/** A process with AWS_EVENT_BUS, on moto. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hasMoto, type Moto, startMoto } from '#support/moto.ts';
import { freePort } from '#support/ports.ts';
import { admin, createFolder, environment, type Folder, ready } from '../service/process.ts';

interface Received {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
}

describe.skipIf(!hasMoto)('EventBridge on moto', () => {
  let folder: Folder;
  let moto: Moto;
  let queue: string;

  beforeEach(async () => {
    [folder, moto] = await Promise.all([createFolder(), startMoto()]);
    await moto.call('events', 'AWSEvents.CreateEventBus', { Name: 'line' });
    const { QueueUrl } = await moto.call<{ QueueUrl: string }>('sqs', 'AmazonSQS.CreateQueue', { QueueName: 'seen' });
    queue = QueueUrl;
    const pattern = JSON.stringify({ source: ['custom.waitingroom'] });
    const rule = { Name: 'all', EventBusName: 'line', EventPattern: pattern };
    await moto.call('events', 'AWSEvents.PutRule', rule);
    const Targets = [{ Id: 'q', Arn: 'arn:aws:sqs:eu-west-1:123456789012:seen' }];
    await moto.call('events', 'AWSEvents.PutTargets', { Rule: 'all', EventBusName: 'line', Targets });
  });
  afterEach(async () => {
    await moto.stop();
    await folder.remove();
  });

  async function receive(): Promise<readonly Received[]> {
    const body = { QueueUrl: queue, MaxNumberOfMessages: 10 };
    const { Messages = [] } = await moto.call<{ Messages?: { Body: string }[] }>(
      'sqs',
      'AmazonSQS.ReceiveMessage',
      body,
    );
    return Messages.map(({ Body }) => JSON.parse(Body) as Received);
  }

  test("receives AWS's events and ours, from the source of AWS's solution", async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    await folder.write('anteroom.yaml', 'rooms: [{ id: sale, aws: { event_id: Sample } }]\n');
    const env = await environment(folder, port);
    const service = folder.run({ ...env, ...moto.env, AWS_EVENT_BUS: 'line', AWS_EVENT_BUS_EVENTS: 'counter.raised' });
    await ready(service, url);
    const post = (route: string, body: object) =>
      fetch(`${url}/aws/public/${route}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
    const assigned = (await (await post('assign_queue_num', { event_id: 'Sample' })).json()) as {
      api_request_id: string;
    };
    const request_id = assigned.api_request_id;
    await admin(url, '/rooms/sale/serving-counter', { increment_by: 1 });
    await vi.waitFor(async () => {
      expect((await post('generate_token', { event_id: 'Sample', request_id })).status).toBe(200);
    }, 5000);
    await admin(url, '/rooms/sale/exits', { completed: [request_id] });

    const received: Received[] = [];
    await vi.waitFor(
      async () => {
        received.push(...(await receive()));
        expect(received).toHaveLength(3);
      },
      { timeout: 20_000, interval: 200 },
    );
    expect(new Set(received.map(({ source }) => source))).toEqual(new Set(['custom.waitingroom']));
    const byType = Object.fromEntries(received.map((event) => [event['detail-type'], event.detail]));
    expect(byType).toEqual({
      'counter.raised': expect.objectContaining({ room: 'sale', by: 'admin', from: 0, to: 1 }),
      token_generated: { event_id: 'Sample', request_id },
      session_updated: { event_id: 'Sample', request_id, status: 'completed' },
    });
  });
});
