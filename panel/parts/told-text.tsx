import type { Told } from '../state/api.ts';

/** Words for the operator. What only the API's English says is marked as such, so that it is read out in English. */
export function ToldText({ of }: { readonly of: Told }) {
  if (typeof of === 'string') return <>{of}</>;
  return (
    <>
      {of.words}{' '}
      <span lang="en" dir="ltr">
        {of.english}
      </span>
    </>
  );
}
