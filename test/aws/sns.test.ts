import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { isOfSns } from '#aws/sns/allowed-host.ts';
import { createSigningCertificates } from '#aws/sns/certificates.ts';
import { signedText } from '#aws/sns/message.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { publicClient, ROOMS, told } from './room.ts';
import { confirmation, notification, startSnsServer, TOPIC } from './sns-topic.ts';

const server = await startSnsServer();
afterAll(() => server.close());

const sns = { topics: [TOPIC, `${TOPIC}.fifo`], endpoint: server.url };
const HOUR = 3_600_000;

onEachStore("notifications of AWS's SNS", { rooms: ROOMS, sns }, (service) => {
  const client = publicClient(service);
  const operations = () => service.waitingRoom.operations;
  const send = async (message: unknown, query = '?event_id=Sample') =>
    told(
      await fetch(`${service.issuer}/aws/sns${query}`, {
        method: 'POST',
        headers: { 'Content-Type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' },
        body: typeof message === 'string' ? message : JSON.stringify(message),
      }),
    );
  const counters = () => operations().counters('sale');
  const inside = async () => {
    const id = await client.assign();
    await operations().raise('sale', 1);
    await client.generate(id);
    return id;
  };
  const insides = async (count: number) => {
    const ids = [];
    for (let n = 0; n < count; n++) ids.push(await inside());
    return ids;
  };
  const refusals = () =>
    service.logged
      .map((line) => JSON.parse(line) as { msg: string; reason?: string })
      .filter(({ msg }) => msg === 'SNS message refused')
      .map(({ reason }) => reason);

  beforeEach(async () => {
    await operations().reset('sale');
    server.requested.length = 0;
  });

  test.each(['1', '2'])('end the sessions that they name, with signatures of version %s', async (SignatureVersion) => {
    const [done, gone, still] = await insides(3);
    const message = { exited: '2', completed: [done], abandoned: [gone] };
    const { status } = await send(notification(server, message, { SignatureVersion }));
    expect(status).toBe(200);
    expect(await counters()).toMatchObject({ active: 1, completed: 1, abandoned: 1 });
    expect((await client.generate(done ?? '')).status).toBe(410);
    expect((await client.generate(still ?? '')).status).toBe(200);
    const act = service.told.filter(({ type }) => type === 'operator.acted').at(-1);
    expect(act).toMatchObject({ by: 'sns:exits', action: 'exits.reported' });
  });

  test('free places for visitors who left without a name, once for each who left', async () => {
    await operations().changeRoom('sale', (room) => ({ ...room, inlet: { strategy: 'max-size', size: 3 } }));
    const ids = [];
    for (let n = 0; n < 8; n++) ids.push(await client.assign());
    await service.waitingRoom.advance.room('sale');
    for (const id of ids.slice(0, 3)) expect((await client.generate(id)).status).toBe(200);
    expect((await client.generate(ids[3] ?? '')).status).toBe(202);
    // Three left; one of them has a name.
    await send(notification(server, { exited: 3, completed: [ids[0]] }));
    await service.waitingRoom.advance.room('sale');
    service.time.pass(1001);
    const statuses = [];
    for (const id of ids.slice(3)) statuses.push((await client.generate(id)).status);
    expect(statuses).toEqual([200, 200, 200, 202, 202]);
  });

  test('count once, however often they are delivered', async () => {
    const [first, second] = await insides(2);
    const message = notification(server, { exited: 1 });
    for (let n = 0; n < 3; n++) expect((await send(message)).status).toBe(200);
    await send(notification(server, { completed: [first] }));
    const acts = service.told.filter((each) => each.type === 'operator.acted' && each.action === 'exits.reported');
    expect(acts.at(-2)).toMatchObject({ detail: { exited: 1 } });
    expect(acts.at(-1)).toMatchObject({ detail: { exited: 0, completed: 1 } });
    expect((await client.generate(second ?? '')).status).toBe(200);
    await service.restart();
    expect((await send(message)).status).toBe(200);
    const again = service.told.filter((each) => each.type === 'operator.acted' && each.action === 'exits.reported');
    expect(again).toEqual([]);
  });

  test('count once, however many are delivered at once', async () => {
    await insides(2);
    const message = notification(server, { exited: 1 });
    const count = () => service.told.filter(({ type }) => type === 'operator.acted').length;
    const before = count();
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await send(message)).status));
    expect(statuses).toContain(200);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(count()).toBe(before + 1);
  });

  test('with nothing in them do nothing', async () => {
    const before = service.told.length;
    expect((await send(notification(server, { exited: 0, completed: [] }))).status).toBe(200);
    expect((await send(notification(server, {}))).status).toBe(200);
    expect(service.told.length).toBe(before);
  });

  describe('of CloudWatch', () => {
    const alarm = (NewStateValue: string, StateChangeTime = new Date().toISOString()) => ({
      ...{ AlarmName: 'busy', AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:busy', NewStateValue },
      StateChangeTime: StateChangeTime.replace('Z', '+0000'),
    });
    const isOn = async () => (await operations().statistics('sale')).alarm;

    test.each([
      ['ALARM', true],
      ['OK', false],
      ['INSUFFICIENT_DATA', false],
    ])('in the state %s set the breaker to %s', async (state, expected) => {
      await operations().alarm('sale', !expected);
      expect((await send(notification(server, alarm(state)))).status).toBe(200);
      expect(await isOn()).toBe(expected);
    });

    test('that arrive late change nothing', async () => {
      const at = (ms: number) => new Date(Date.now() + HOUR + ms).toISOString();
      await send(notification(server, alarm('OK', at(0))));
      await send(notification(server, alarm('ALARM', at(1000))));
      await send(notification(server, alarm('OK', at(500))));
      expect(await isOn()).toBe(true);
      await send(notification(server, alarm('OK', at(2000))));
      expect(await isOn()).toBe(false);
    });
  });

  test('confirm a subscription of a topic of ours', async () => {
    expect((await send(confirmation(server))).status).toBe(200);
    expect(server.requested.filter((path) => path.startsWith('/confirm?Action=ConfirmSubscription'))).toHaveLength(1);
  });

  test('are to come again while SNS cannot be reached', async () => {
    const SubscribeURL = `${server.url}/failing?Action=ConfirmSubscription`;
    const message = confirmation(server, { SubscribeURL });
    expect((await send(message)).status).toBe(503);
    // The same message is tried again, not taken for a repetition.
    expect((await send(message)).status).toBe(503);
    expect(server.requested.filter((path) => path.startsWith('/failing'))).toHaveLength(2);
  });

  test('ask for a certificate once', async () => {
    for (let n = 0; n < 5; n++) await send(notification(server, {}));
    expect(server.requested.filter((path) => path === '/cert.pem').length).toBeLessThanOrEqual(1);
  });

  describe('are refused with 403, logged, and have no effect', () => {
    const named = { exited: 0, completed: ['x'] };
    const evil = 'https://sns.evil.example/SimpleNotificationService.pem';
    const tampered = { ...notification(server, {}), Message: '{"exited":1}' };
    const bucket = 'https://sns.s3-us-west-2.amazonaws.com/key.pem';
    test.each([
      ['of an unknown topic', notification(server, named, { TopicArn: `${TOPIC}2` }), 'AWS_SNS_TOPICS'],
      ['signed with another key', notification(server, named, {}, { byOther: true }), 'signature is wrong'],
      ['changed after they were signed', tampered, 'signature is wrong'],
      [
        'signed as version 1 and sent as 2',
        { ...notification(server, {}, { SignatureVersion: '1' }), SignatureVersion: '2' },
        'signature is wrong',
      ],
      ['of an unknown version', { ...notification(server, {}), SignatureVersion: '3' }, 'no message of SNS'],
      ['without a signature', { ...notification(server, {}), Signature: undefined }, 'no message of SNS'],
      [
        'with a certificate from elsewhere',
        notification(server, named, { SigningCertURL: evil }),
        'not at a host of SNS',
      ],
      [
        'with a certificate in a bucket',
        notification(server, named, { SigningCertURL: bucket }),
        'not at a host of SNS',
      ],
      ['with what is no URL', notification(server, named, { SigningCertURL: 'cert.pem' }), 'not at a host of SNS'],
      [
        'with what is no certificate',
        notification(server, named, { SigningCertURL: `${server.url}/text.pem` }),
        'no valid certificate',
      ],
      ['a day old', notification(server, named, {}, { now: Date.now() - 25 * HOUR }), 'older than a day'],
      [
        'to be confirmed elsewhere',
        confirmation(server, { SubscribeURL: 'https://evil.example/' }),
        'not confirmed at a host',
      ],
      [
        'of an unknown topic that wants to subscribe',
        confirmation(server, { TopicArn: `${TOPIC}2` }),
        'AWS_SNS_TOPICS',
      ],
      ['that are no JSON', '{', 'no message of SNS'],
      ['that are raw', { exited: 3 }, 'no message of SNS'],
    ])('messages %s', async (_, message, reason) => {
      await operations().alarm('sale', false);
      const before = [await counters(), service.told.length];
      expect((await send(message)).status).toBe(403);
      expect(refusals().at(-1)).toContain(reason);
      expect([await counters(), service.told.length]).toEqual(before);
      expect(server.requested.filter((path) => path.startsWith('/confirm'))).toEqual([]);
    });
  });

  test.each([
    ['text', 'hello'],
    ['a negative number', { exited: -1 }],
    ['a fraction', { exited: 1.5 }],
    ['no list', { completed: 'a' }],
    ['no ids', { abandoned: [1] }],
  ])('with %s are not understood, and logged', async (_, content) => {
    expect((await send(notification(server, content))).status).toBe(400);
    expect(refusals().at(-1)).toContain('neither exits nor an alarm');
  });

  test.each([
    ['the address', '?event_id=lasting', {}, 200],
    ['the message', '', { event_id: 'lasting' }, 200],
    ['nothing, and there are several', '', {}, 400],
    ['a room that does not exist', '?event_id=Other', {}, 400],
    ['a room without the API', '?event_id=plain', {}, 400],
  ])('are for the room that %s names', async (_, query, content, status) => {
    expect((await send(notification(server, { ...content, completed: ['x'] }), query)).status).toBe(status);
    const act = service.told.filter(({ type }) => type === 'operator.acted').at(-1);
    if (status === 200) expect(act).toMatchObject({ by: 'sns:exits', subject: 'lasting' });
  });

  test('come by POST', async () => {
    expect((await fetch(`${service.issuer}/aws/sns`)).status).toBe(403);
  });
});

test('the text that is signed has the fields in the order of the documentation, without a missing subject', () => {
  const message = notification(server, 'M', { MessageId: 'I', Timestamp: 'T' });
  const expected = `Message\nM\nMessageId\nI\nTimestamp\nT\nTopicArn\n${TOPIC}\nType\nNotification\n`;
  expect(signedText(message as never)).toBe(expected);
  const withSubject = signedText({ ...message, Subject: 'S' } as never);
  expect(withSubject).toBe(expected.replace('Timestamp\n', 'Subject\nS\nTimestamp\n'));
});

test.each([
  ['https://sns.eu-west-1.amazonaws.com/x.pem', TOPIC, true],
  ['https://sns.cn-north-1.amazonaws.com.cn/x.pem', 'arn:aws-cn:sns:cn-north-1:123456789012:exits', true],
  ['https://sns.us-gov-west-1.amazonaws.com/x.pem', 'arn:aws-us-gov:sns:us-gov-west-1:123456789012:exits', true],
  ['http://sns.eu-west-1.amazonaws.com/x.pem', TOPIC, false],
  ['https://sns.eu-west-1.amazonaws.com:8443/x.pem', TOPIC, false],
  ['https://sns.eu-west-1.amazonaws.com@evil.example/x.pem', TOPIC, false],
  ['https://user@sns.eu-west-1.amazonaws.com/x.pem', TOPIC, false],
  ['https://sns.us-east-1.amazonaws.com/x.pem', TOPIC, false],
  ['https://sns.s3-eu-west-1.amazonaws.com/x.pem', TOPIC, false],
  ['https://sns.eu-west-1.amazonaws.com.evil.example/x.pem', TOPIC, false],
  ['https://eviisns.eu-west-1.amazonaws.com/x.pem', TOPIC, false],
])('%s is a host of SNS for %s: %s', (url, topic, expected) => {
  expect(isOfSns(new URL(url), topic, null)).toBe(expected);
});

test('anybody can cause only so many requests for certificates, and fills no memory', async () => {
  let sent = 0;
  const outbound = {
    send: async () => {
      sent += 1;
      return {
        status: 200,
        ok: true,
        certificateEnds: null,
        location: null,
        text: async () => 'none',
        discard: () => undefined,
      };
    },
  };
  const keyAt = createSigningCertificates({ outbound, endpoint: null, now: () => 1_000_000 });
  const asked = Array.from({ length: 1000 }, (_, n) => keyAt(new URL(`https://sns.eu-west-1.amazonaws.com/${n}.pem`)));
  const results = await Promise.allSettled(asked);
  expect(sent).toBe(30);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(970);
});
