import type { Fault } from '../state/api.ts';

export interface FaultTextProps {
  readonly of: readonly Fault[];
  /** The name of the field, or the beginning of it. */
  readonly field: string;
}

/** What the service finds wrong with a field, in its words. Null if nothing is. */
export function faultText({ of, field }: FaultTextProps) {
  const found = of.filter((fault) => fault.field === field);
  if (found.length === 0) return null;
  return (
    <span lang="en" dir="ltr">
      {found.map(({ message }) => message).join('; ')}
    </span>
  );
}
