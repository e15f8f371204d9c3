import type { ComponentChildren } from 'preact';
import { hrefOf } from '../state/route.ts';
import { t } from '../state/words.ts';

/** Shown for an address that leads to nothing: why, and the way to the rooms. */
export function Nowhere({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <>
      <h1>{title}</h1>
      <p role="alert">{children}</p>
      <p>
        <a href={hrefOf('rooms')}>{t('nowhere.rooms')}</a>
      </p>
    </>
  );
}
