import type { IncomingMessage } from 'node:http';
import { HEALTH_PATHS } from './health.ts';

/** Takes the base path off a request's target. Returns false, and changes nothing, if the target is not below it. */
export type TakeBasePath = (req: IncomingMessage) => boolean;

/** RFC 8414 §3.1 puts the well-known part between the host and the path of the issuer. */
const METADATA = '/.well-known/oauth-authorization-server';

/**
 * Null on a host of its own, where there is nothing to take. Proxies pass the path on, as they do by default. What
 * orchestrators and Prometheus request from the process itself has no path in front of it.
 */
export function createTakeBasePath(basePath: string): TakeBasePath | null {
  if (basePath === '') return null;
  const below = `${basePath}/`;
  const metadata = `${METADATA}${basePath}`;
  return (req) => {
    const target = req.url ?? '';
    if (target.startsWith(below)) {
      req.url = target.slice(basePath.length);
      return true;
    }
    const [path = ''] = target.split('?', 1);
    if (path === basePath) req.url = `/${target.slice(basePath.length)}`;
    else if (path === metadata) req.url = METADATA;
    else return HEALTH_PATHS.has(path);
    return true;
  };
}
