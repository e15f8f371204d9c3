export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is: what `REDIS_URL` says. */
export interface RedisAddress {
  readonly nodes: readonly [RedisNode, ...RedisNode[]];
  /** Whether the nodes are some of a cluster's, which tell of the others. */
  readonly cluster: boolean;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
}

/**
 * Reads `redis://user:password@host:6379/0` or `rediss://…` (TLS). A comma-separated list of them, of which the later
 * ones may be a bare `host:port`, or `?cluster=true`, is a cluster.
 *
 * Throws an error that does not repeat the URL, which may hold a password.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const [first, ...more] = text.split(',').map((part) => part.trim());
  const url = parse(first ?? '');
  const others = more.map((part) => parse(part.includes('://') ? part : `${url.protocol}//${part}`));
  const cluster = others.length > 0 || [url, ...others].some((each) => each.searchParams.get('cluster') === 'true');
  const db = Number(url.pathname.slice(1) || 0);
  if (!Number.isInteger(db) || db < 0) throw new Error('the path of a Redis URL is the number of a database');
  if (cluster && db !== 0) throw new Error('a Redis cluster has no database but 0');
  return {
    nodes: [node(url), ...others.map(node)],
    cluster,
    tls: url.protocol === 'rediss:',
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    db,
  };
}

function node({ hostname, port }: URL): RedisNode {
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || 6379) };
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (!url?.hostname || !/^rediss?:$/.test(url.protocol))
    throw new Error('a Redis URL is redis://host or rediss://host');
  return url;
}
