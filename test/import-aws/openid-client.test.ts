import { expect, test } from 'vitest';
import { relyingParty } from '#settings/relying-party.ts';
import { openidClientOf } from '../../import-aws/openid-client.ts';

const of = { clientId: 'Sample', room: 'sale' };

test("the client of AWS's OpenID adapter is a relying party, at a load balancer one of ALB", () => {
  const uris = ['https://shop.example/oauth2/idpresponse'];
  const { clientId, settings } = openidClientOf(of, 'a-secret-of-the-adapter\n', JSON.stringify(uris));
  expect([clientId, settings]).toEqual([
    'Sample',
    { room: 'sale', profile: 'alb', client_secret: 'a-secret-of-the-adapter', redirect_uris: uris },
  ]);
  expect(relyingParty.safeParse({ client_id: clientId, ...settings }).success).toBe(true);
});

test('elsewhere it is a generic one', () => {
  const uris = '["https://shop.example/oauth2/idpresponse","https://app.example/callback"]';
  expect(openidClientOf(of, 'secret', uris).settings.profile).toBe('generic');
});

test.each([
  ['no JSON', 'https://shop.example/', 'no JSON'],
  ['no list', '{"a":1}', 'list of URLs'],
  ['an empty list', '[]', 'list of URLs'],
  ['no URLs', '["shop"]', 'list of URLs'],
])('redirect URIs that are %s are a fault', (_, uris, message) => {
  expect(() => openidClientOf(of, 'secret', uris)).toThrow(message);
});
