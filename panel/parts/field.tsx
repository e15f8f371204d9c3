import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export interface FieldProps {
  readonly label: ComponentChildren;
  readonly hint?: string | undefined;
  /** What is wrong with the value. */
  readonly fault?: ComponentChildren;
  readonly children: (ids: ControlIds) => ComponentChildren;
}

/** What ties a control to its label, hint and fault. */
export interface ControlIds {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: true;
}

/** A label above a control, and below it a hint and a fault, which screen readers read with it. */
export function Field({ label, hint, fault, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  const ids = {
    id,
    ...(described ? { 'aria-describedby': described } : {}),
    ...(fault ? { 'aria-invalid': true as const } : {}),
  };
  return (
    <p class="field">
      <label for={id}>{label}</label>
      {children(ids)}
      {hint && (
        <span id={`${id}-hint`} class="hint">
          {hint}
        </span>
      )}
      {fault && (
        <span id={`${id}-fault`} class="fault">
          {fault}
        </span>
      )}
    </p>
  );
}

export interface TextFieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly fault?: ComponentChildren;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly placeholder?: string;
  readonly type?: 'text' | 'search' | 'datetime-local';
  readonly inputMode?: 'text' | 'numeric';
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly required?: boolean;
  readonly autocomplete?: 'off';
  readonly autocapitalize?: 'none';
  readonly spellcheck?: boolean;
  /** The id of a list of suggestions. */
  readonly list?: string;
}

export function TextField({ label, hint, fault, value, onValue, type = 'text', ...rest }: TextFieldProps) {
  const onInput = (event: { readonly currentTarget: HTMLInputElement }) => onValue(event.currentTarget.value);
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(ids) => {
        const given = { ...rest, ...ids, value, onInput };
        if (type === 'search') return <input type="search" {...given} />;
        if (type === 'datetime-local') return <input type="datetime-local" {...given} />;
        return <input type="text" {...given} />;
      }}
    </Field>
  );
}

export interface SelectFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  /** Values and what they are called. */
  readonly options: readonly (readonly [string, string])[];
}

export function SelectField({ label, value, onValue, options }: SelectFieldProps) {
  return (
    <Field label={label}>
      {(ids) => (
        <select {...ids} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
          {options.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
