import { isIP } from 'node:net';
import { type Refusal, refuse } from './env.ts';

/** RFC 1123 §2.1. */
const NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** An address of this machine, or a name for one. Only listening shows whether it is. */
export function host(value: string): string | Refusal {
  const address = value.replace(/^\[(.*)\]$/, '$1');
  const scoped = address.split('%')[0] ?? '';
  if (isIP(scoped) !== 0) return address;
  const isNumbers = /^[\d.]+$/.test(value);
  return NAME.test(value) && !isNumbers
    ? value
    : refuse('must be an address or a name of this machine, such as 127.0.0.1 or ::, without a scheme and a port');
}
