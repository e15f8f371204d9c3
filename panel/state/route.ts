/** Which view is shown: the part of the address after #. */
import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

/** The parts of the path: `#/rooms/sale/audit` is `['rooms', 'sale', 'audit']`. */
export const route = computed<readonly string[]>(() =>
  hash.value.replace(/^#\/?/, '').split('/').filter(Boolean).map(decoded),
);

/** An address that somebody typed may be no valid encoding. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const hrefOf = (...parts: readonly string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;

export function go(...parts: readonly string[]): void {
  location.hash = hrefOf(...parts);
}
