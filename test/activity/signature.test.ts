import { expect, test } from 'vitest';
import { deliveryId, signedHeaders } from '#activity/signature.ts';

const key = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const delivery = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_999, body: '{"test": 2432232314}' };

test('the signature matches the test vector of the Standard Webhooks libraries', () => {
  expect(signedHeaders([key], delivery)).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('there is one signature for each key, so that a receiver may know either', () => {
  const other = Buffer.alloc(32, 7).toString('base64');
  const one = signedHeaders([key], delivery)['webhook-signature'];
  const two = signedHeaders([other], delivery)['webhook-signature'];
  expect(signedHeaders([key, other], delivery)['webhook-signature']).toBe(`${one} ${two}`);
});

test('a repeated delivery has the same id, a different delivery a different one', () => {
  expect(deliveryId('{"activities":[]}')).toBe(deliveryId('{"activities":[]}'));
  expect(deliveryId('{"activities":[1]}')).not.toBe(deliveryId('{"activities":[]}'));
});
