/** An operator with a token makes the service call its own machine, or a metadata service. */
import { beforeEach, describe, expect, test } from 'vitest';
import { serviceOn } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { type BackChannel, startBackChannel } from '../oidc/logout-receiver.ts';
import { goIn, rooms } from '../oidc/visit.ts';

const METADATA = 'http://169.254.169.254/latest/meta-data/iam/security-credentials/?key=secret';
const shop = { client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] };
const adaptive = {
  strategy: 'adaptive',
  min_per_minute: 60,
  max_per_minute: 600,
  target_latency: '800ms',
  target_error_rate: 0.01,
};
const start = new Date(Date.now() + 3_600_000).toISOString();

const settings = {
  rooms,
  relying_parties: [shop],
  allowPrivateTargets: false,
  resolve: (
    _name: string,
    _options: object,
    done: (error: null, found: { address: string; family: number }[]) => void,
  ) => process.nextTick(done, null, [{ address: '127.0.0.1', family: 4 }]),
};
const service = serviceOn(embeddedStore, settings, 'test');

async function admin(method: string, path: string, body: object) {
  const answer = await fetch(`${service.issuer}/admin/v1${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${ADMIN_TOKEN}`,
      'Content-Type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as { errors?: { field: string; message: string }[] } };
}

describe('the admin API refuses', () => {
  const health = (url: string) => ({ ...adaptive, health: { url } });
  test.each<[what: string, method: string, path: string, body: object, field: string]>([
    ['a health URL', 'PUT', '/rooms/new', { inlet: health(METADATA) }, 'inlet.health.url'],
    [
      'an agent of a rule',
      'PATCH',
      '/rooms/sale',
      { rules: [{ match: { agent: ['https://agent.example', 'https://127.0.0.1:6379'] }, action: 'bypass' }] },
      'rules[0].match.agent',
    ],
    ['a health URL in a patch', 'PATCH', '/rooms/sale', { inlet: health('http://0x7f.1:6379/') }, 'inlet.health.url'],
    [
      'a Prometheus',
      'PATCH',
      '/rooms/sale',
      { inlet: { ...adaptive, prometheus: { url: 'http://[::1]:9090', latency: 'p95' } } },
      'inlet.prometheus.url',
    ],
    [
      'the health URL of an event',
      'PATCH',
      '/rooms/sale',
      { events: [{ id: 'opening', start, inlet: health('http://localhost:8080/') }] },
      'events[0].inlet.health.url',
    ],
    [
      'a back channel',
      'PUT',
      '/relying-parties/new',
      { room: 'sale', redirect_uris: [REDIRECT_URI], backchannel_logout_uri: METADATA },
      'backchannel_logout_uri',
    ],
    [
      'a back channel in a patch',
      'PATCH',
      '/relying-parties/shop',
      { backchannel_logout_uri: 'http://[::ffff:7f00:1]/' },
      'backchannel_logout_uri',
    ],
  ])('%s that leads to this machine or a metadata service', async (_what, method, path, body, field) => {
    const answer = await admin(method, path, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      {
        field,
        message:
          "must not lead to this machine, to a link-local address or to a cloud's metadata service, unless ALLOW_PRIVATE_TARGETS is set",
      },
    ]);
  });

  test('none on a private network or the internet', async () => {
    for (const url of ['http://10.0.0.7/health', 'https://shop.example/health']) {
      expect((await admin('PATCH', '/rooms/sale', { inlet: health(url) })).status).toBe(200);
    }
  });
});

describe('a target that an earlier version stored, or whose name leads to this machine', () => {
  let receiver: BackChannel;

  beforeEach(async () => {
    receiver = await startBackChannel();
    return () => receiver.close();
  });

  test.each<[what: string, host: string]>([
    ['was stored', '127.0.0.1'],
    ['has a name', 'logout.example'],
  ])('that %s gets no request, and the log has a reason without the URL', async (_what, host) => {
    const uri = receiver.uri.replace('127.0.0.1', host);
    const [party] = await service.waitingRoom.operations.relyingParties();
    if (!party) throw new Error('there is no relying party');
    await service.waitingRoom.operations.putRelyingParty({ ...party, backchannel_logout_uri: uri });
    service.time.pass(2_000);
    const { login, callback } = await goIn(service);
    const sub = (await login.exchange(callback)).claims()?.sub ?? '';
    await service.waitingRoom.operations.exits('sale', { exited: 0, completed: [sub], abandoned: [] });
    const before = service.logged.length;
    await service.sendLogouts();
    expect(receiver.tokens).toEqual([]);
    const said = service.logged.slice(before).filter((line) => line.includes('back-channel logout failed'));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('ALLOW_PRIVATE_TARGETS');
    expect(said[0]).not.toContain('from=anteroom');
  });

  test('does not stop another change, and may be sent back as it is', async () => {
    const [party] = await service.waitingRoom.operations.relyingParties();
    if (!party) throw new Error('there is no relying party');
    await service.waitingRoom.operations.putRelyingParty({ ...party, backchannel_logout_uri: receiver.uri });
    const landing = await admin('PATCH', '/relying-parties/shop', { landing_url: 'https://shop.example/' });
    expect(landing.status).toBe(200);
    expect((await admin('PUT', '/relying-parties/shop', landing.body)).status).toBe(200);
  });
});
