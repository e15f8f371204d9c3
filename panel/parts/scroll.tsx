import type { ComponentChildren } from 'preact';

/** A region that scrolls by itself, also by keyboard. */
export function Scroll({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, Safari's keyboard cannot scroll here (WCAG 2.1.1).
    <section class="scroll" tabIndex={0} aria-label={name}>
      {children}
    </section>
  );
}
