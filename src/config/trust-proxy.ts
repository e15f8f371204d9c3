import { isIP } from 'node:net';
import { type Refusal, refuse } from './env.ts';

const MOST_HOPS = 16;
const ACCEPTED = `must be the number of proxies in front, from 0 to ${MOST_HOPS}, or a comma-separated list of their addresses and CIDR ranges, such as 10.0.0.0/8,192.168.1.7`;

/** `true` is one proxy, `false` none. */
export function trustProxy(value: string): number | readonly string[] | Refusal {
  if (value === 'true') return 1;
  if (value === 'false') return 0;
  if (/^\d+$/.test(value)) return Number(value) <= MOST_HOPS ? Number(value) : refuse(ACCEPTED);
  const ranges = value.split(',').map((range) => range.trim());
  return ranges.every(isRange) ? ranges : refuse(ACCEPTED);
}

/** An address or a range of addresses in CIDR notation (RFC 4632 §3.1). */
function isRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
