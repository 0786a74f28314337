// The page's form fields: one control changes one thing.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Common {
  readonly label: string;
  /** Why it can not be used now; undefined where it can. */
  readonly refusal?: string | undefined;
}

interface ChoiceProps extends Common {
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  onChange(value: string): void;
}

/** One of several, all of them seen. */
export function Choice({ label, value, options, refusal, onChange }: ChoiceProps) {
  const name = useId();
  return (
    <fieldset class="choice" disabled={refusal !== undefined}>
      <legend>{label}</legend>
      <div class="segments">
        {options.map(([key, text]) => (
          <label key={key}>
            <input type="radio" name={name} value={key} checked={key === value} onChange={() => onChange(key)} />
            <span>{text}</span>
          </label>
        ))}
      </div>
      <Refusal text={refusal} />
    </fieldset>
  );
}

/** One of many. */
export function Select({ label, value, options, refusal, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={refusal !== undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {options.some(([key]) => key === value) ? null : <option value={value}>{value}</option>}
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
      <Refusal text={refusal} />
    </div>
  );
}

interface NumberProps extends Common {
  readonly value: string;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  onChange(value: string): void;
}

/** A number by a slider, and as text beside it. */
export function Slider({ label, value, min, max, step = 1, refusal, onChange }: NumberProps) {
  const id = useId();
  return (
    <div class="field slider">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={refusal !== undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <output for={id}>{value}</output>
      <Refusal text={refusal} />
    </div>
  );
}

function Refusal({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : <p class="refusal">{text}</p>;
}

/** A sentence where something could not be done. */
export function Problem({ children }: { readonly children: ComponentChildren }) {
  return (
    <p class="problem" role="alert">
      {children}
    </p>
  );
}
