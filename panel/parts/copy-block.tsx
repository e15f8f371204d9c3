import { CopyButton } from './copy-button.tsx';

export interface CopyBlockProps {
  /** The file that the text belongs to. */
  readonly name: string;
  readonly text: string;
}

/** A file, or a part of one, to be copied. It scrolls by itself, also by keyboard. */
export function CopyBlock({ name, text }: CopyBlockProps) {
  return (
    <figure class="copy-block">
      <figcaption>
        <code dir="ltr">{name}</code>
        <CopyButton name={name} text={text} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: without it, Safari's keyboard cannot scroll here (WCAG 2.1.1). */}
      <pre dir="ltr" tabIndex={0}>
        {text}
      </pre>
    </figure>
  );
}
