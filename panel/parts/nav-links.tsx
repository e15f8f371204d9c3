import { useLayoutEffect, useRef } from 'preact/hooks';

export interface NavLink {
  readonly name: string;
  readonly href: string;
  readonly label: string;
}

/** A row of links, the one to what is open marked. Where the row scrolls, as on a phone, that one is in sight. */
export function NavLinks({
  label,
  class: className,
  links,
  current,
}: {
  readonly label: string;
  readonly class?: string;
  readonly links: readonly NavLink[];
  readonly current: string;
}) {
  const row = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const link = row.current?.querySelector('[aria-current]');
    if (row.current && link) scrollAcross(row.current, link);
  }, [current]);
  return (
    <nav ref={row} class={className} aria-label={label}>
      <ul>
        {links.map((link) => (
          <li key={link.name}>
            <a href={link.href} aria-current={link.name === current ? 'page' : undefined}>
              {link.label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Unlike `scrollIntoView`, it leaves the page itself where it is. */
function scrollAcross(row: Element, link: Element): void {
  const [outer, inner] = [row.getBoundingClientRect(), link.getBoundingClientRect()];
  if (inner.left < outer.left) row.scrollLeft -= outer.left - inner.left;
  else if (inner.right > outer.right) row.scrollLeft += inner.right - outer.right;
}
