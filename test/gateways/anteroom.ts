/** `node src/main.ts` on a Redis of its own, behind a load balancer that ends TLS: as relying parties find it. */
import type { Authority, Certificate } from '#support/certificates.ts';
import { freePort } from '#support/ports.ts';
import { startRedis } from '#support/redis.ts';
import { startTlsTerminator, type TlsTerminator } from '#support/tls-terminator.ts';
import { ADMIN_TOKEN, createFolder, environment, ready } from '../service/process.ts';

const ROOM = 'sale';

export interface Counters {
  readonly present: number;
  readonly queue: number;
  readonly serving: number;
  readonly active: number;
  readonly completed: number;
}

/** The room is `sale`. Only the test raises its serving counter. */
export interface TourAnteroom {
  readonly issuer: string;
  /** The port that the process listens on. */
  readonly port: number;
  /** In front of the process; undefined if the issuer is elsewhere. */
  readonly terminator: TlsTerminator | undefined;
  /** Changes settings of the room. */
  configure(settings: Readonly<Record<string, unknown>>): Promise<void>;
  reset(): Promise<void>;
  counters(): Promise<Counters>;
  raise(by: number): Promise<Counters & { readonly raised_by: number }>;
  /** Reports that the visit of this `sub` is completed. */
  reportExit(sub: string): Promise<void>;
  /** The `sub`s of the visitors who claimed their turns, in order. */
  claimed(): readonly string[];
  close(): Promise<void>;
}

export interface TourAnteroomOptions {
  readonly authority: Authority;
  readonly certificate: Certificate;
  readonly relyingParty: Readonly<Record<string, unknown>>;
  /** Its public URL, if the relying party's own host passes requests on to it. */
  readonly issuer?: string;
}

export async function startTourAnteroom(options: TourAnteroomOptions): Promise<TourAnteroom> {
  const { authority, certificate, relyingParty } = options;
  const [redis, folder, port] = await Promise.all([startRedis(), createFolder(), freePort()]);
  const own = `http://127.0.0.1:${port}`;
  const terminator = options.issuer ? undefined : await startTlsTerminator(certificate, port);
  const issuer = options.issuer ?? terminator?.url ?? '';
  /** Of the process itself: the issuer's path, if it has one, is its own too. */
  const base = new URL(issuer).pathname === '/' ? own : own + new URL(issuer).pathname;
  const rooms = [{ id: ROOM, title: 'Sale', inlet: { strategy: 'manual' } }];
  // JSON is YAML.
  await folder.write('anteroom.yaml', JSON.stringify({ rooms, relying_parties: [relyingParty] }));
  const process = folder.run({
    ...(await environment(folder, port)),
    ISSUER: issuer,
    REDIS_URL: redis.url,
    TRUST_PROXY: '1',
    // For back-channel logout: the relying party is on this machine, and its certificate is the authority's.
    ALLOW_PRIVATE_TARGETS: 'true',
    NODE_EXTRA_CA_CERTS: authority.caFile,
    // Activity events of single visitors are at this level.
    LOG_LEVEL: 'debug',
  });
  const close = async () => {
    await folder.remove();
    await terminator?.close();
    await redis.stop();
  };
  try {
    await ready(process, base);
  } catch (error) {
    await close();
    throw error;
  }

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': type };
    const answer = await fetch(`${base}/admin/v1/rooms/${ROOM}${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  return {
    issuer,
    port,
    terminator,
    configure: (settings) => call('PATCH', '', settings),
    reset: () => call('POST', '/reset'),
    counters: () => call('GET', '/counters'),
    raise: (by) => call('POST', '/serving-counter', { increment_by: by }),
    reportExit: (sub) => call('POST', '/exits', { completed: [sub] }),
    claimed: () =>
      process
        .output()
        .split('\n')
        .filter((line) => line.includes('"msg":"ticket.claimed"'))
        .map((line) => JSON.parse(line).activity.sub),
    close,
  };
}
