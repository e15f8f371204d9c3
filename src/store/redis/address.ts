/** Reads `REDIS_URL`. The configuration checks the variable with it, so it imports nothing. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is, as `REDIS_URL` says. */
export interface RedisAddress {
  /** One server, some nodes of a cluster, or the sentinels. A Unix socket has `socket` instead. */
  readonly nodes: readonly RedisNode[];
  readonly cluster: boolean;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  /** The path of a Unix socket. */
  readonly socket?: string;
  readonly sentinel?: RedisSentinel;
}

/** The primary's name at the sentinels, and what the sentinels themselves want to know. */
export interface RedisSentinel {
  readonly name: string;
  readonly username?: string;
  readonly password?: string;
}

const SCHEMES = ['redis:', 'rediss:', 'redis+sentinel:', 'rediss+sentinel:', 'unix:'];
const SENTINEL_PORT = 26379;
const LARGEST_DB = 1_000_000;

/**
 * Reads one of these forms:
 *
 * - `redis://user:password@host:6379/0`, or `rediss://…` for TLS, with `?db=0` as another way to name the database
 * - the same with `?cluster=true`, or a comma-separated list, whose later parts may be a bare `host:port`: a cluster
 * - `redis+sentinel://user:password@sentinel:26379,other:26379/NAME?db=0`, with `sentinel_username` and
 *   `sentinel_password` in the query where the sentinels have some
 * - `unix:///run/redis.sock?db=0`, with `username` and `password` in the query
 *
 * Throws an error whose message is the end of a sentence about the variable. It never repeats the URL, which may contain
 * a password.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const [first = '', ...more] = listOf(text);
  const url = parse(first);
  const others = more.map((part) => parse(part.includes('://') ? part : `${url.protocol}//${part}`));
  if (others.some(({ protocol }) => protocol !== url.protocol))
    throw new Error('must have one scheme in the whole list');
  if (url.protocol === 'unix:') return socketAddress(url, others);
  if (url.protocol.endsWith('+sentinel:')) return sentinelAddress(url, others);

  const queries = [url, ...others].map((each) => read(each, ['cluster', 'db']));
  const cluster = others.length > 0 || queries.some((query) => truth(query.get('cluster'), 'cluster'));
  const db = databaseOf(url.pathname.slice(1), queries[0]);
  const further = others.some((each, index) => databaseOf(each.pathname.slice(1), queries[index + 1]) !== 0);
  if (cluster && (db !== 0 || further)) {
    throw new Error('must not name a database of a cluster, which has only database 0');
  }
  const nodes = [url, ...others].map((each) => node(each, 6379));
  return { nodes, cluster, tls: url.protocol === 'rediss:', ...credentials(url), db };
}

/** Commas separate the parts. Sentinels share the path and the query at the end. */
const listOf = (text: string) => text.split(',').map((part) => part.trim());

function parse(text: string): URL {
  const url = URL.parse(text);
  if (!url || !SCHEMES.includes(url.protocol) || (url.protocol !== 'unix:' && url.hostname === '')) {
    throw new Error(
      'must be redis://HOST or rediss://HOST, a comma-separated list of them, redis+sentinel://HOST/NAME, or unix:///PATH',
    );
  }
  if (url.hash !== '') throw new Error('must have no fragment: write # in a password as %23');
  return url;
}

function socketAddress(url: URL, others: readonly URL[]): RedisAddress {
  if (others.length > 0) throw new Error('must be one Unix socket, not a list');
  if (url.hostname !== '' || url.pathname.length < 2) throw new Error('must be unix:/// and the path of a socket');
  const query = read(url, ['db', 'username', 'password']);
  const [username, password] = [query.get('username'), query.get('password')];
  const known = { ...(username && { username }), ...(password && { password }) };
  return { nodes: [], cluster: false, tls: false, ...known, db: databaseOf('', query), socket: decode(url.pathname) };
}

function sentinelAddress(url: URL, others: readonly URL[]): RedisAddress {
  const last = others.at(-1) ?? url;
  const query = read(last, ['db', 'sentinel_username', 'sentinel_password']);
  const [name = '', db = '', ...more] = last.pathname.slice(1).split('/').map(decode);
  const early = [url, ...others].slice(0, -1);
  if (name === '' || more.length > 0 || early.some(({ pathname, search }) => pathname.length > 1 || search !== '')) {
    throw new Error("must end with the primary's name at the sentinels: redis+sentinel://HOST,HOST/NAME");
  }
  const [username, password] = [query.get('sentinel_username'), query.get('sentinel_password')];
  return {
    nodes: [url, ...others].map((each) => node(each, SENTINEL_PORT)),
    cluster: false,
    tls: url.protocol === 'rediss+sentinel:',
    ...credentials(url),
    db: databaseOf(db, query),
    sentinel: { name, ...(username && { username }), ...(password && { password }) },
  };
}

function node({ hostname, port }: URL, standard: number): RedisNode {
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || standard) };
}

function credentials({ username, password }: URL): Pick<RedisAddress, 'username' | 'password'> {
  return { ...(username && { username: decode(username) }), ...(password && { password: decode(password) }) };
}

/** The query of a URL; throws where it has a name that is not known. */
function read({ searchParams }: URL, known: readonly string[]): URLSearchParams {
  const unknown = [...searchParams.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`must have no query but ${known.join(', ')}`);
  }
  return searchParams;
}

function databaseOf(path: string, query: URLSearchParams | undefined): number {
  const named = [path, ...(query?.getAll('db') ?? [])].filter((each) => each !== '');
  const wrong = named.some((each) => !/^\d{1,7}$/.test(each) || Number(each) > LARGEST_DB);
  if (wrong) throw new Error('must name the database by its number, as in redis://HOST/2 or redis://HOST?db=2');
  const [db = 0, ...more] = new Set(named.map(Number));
  if (more.length > 0) throw new Error('must not name two databases');
  return db;
}

function truth(value: string | null, name: string): boolean {
  if (value === null || value === 'false' || value === '0') return false;
  if (value === 'true' || value === '1') return true;
  throw new Error(`must have ${name}=true or ${name}=false`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('must have % in a name or password written as %25');
  }
}
