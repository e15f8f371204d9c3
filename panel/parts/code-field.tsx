import type { ComponentChildren } from 'preact';
import { Field } from './field.tsx';

export interface CodeFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly fault?: ComponentChildren;
  readonly rows: number;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** Code of several lines. It is written from left to right in any language. */
export function CodeField({ label, hint, fault, rows, value, onValue }: CodeFieldProps) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(ids) => (
        <textarea
          {...ids}
          class="code"
          rows={rows}
          spellcheck={false}
          autocapitalize="none"
          dir="ltr"
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
