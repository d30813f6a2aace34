import { flagName, type GivenValue } from './given.js';
import { OptionError, quoted } from './option-error.js';
import type { Option } from './option.js';
import { OPTIONS, type Defaulted, type Field, type ValueOf } from './table.js';

/** The table once more, in a form that can be looked up by a field that is still a type parameter. */
const options: { readonly [F in Field]: Option<ValueOf<F>> } = OPTIONS;

/** The value that was meant. Throws an OptionError. */
export function read<F extends Field>(field: F, { value, under }: GivenValue): ValueOf<F> {
  const { kind } = options[field];
  const found = kind.read(value);
  if (found !== undefined) return found;
  const name = flagName(field);
  const named = [field, `--${name}`].includes(under) ? name : `${name} (${under})`;
  throw new OptionError(
    name,
    kind.expected,
    value,
    `option ${named}: expected ${kind.expected}, got ${quoted(value)}`,
  );
}

/** The option's own default, as if it were given. */
export function byDefault(field: Defaulted): GivenValue {
  return { value: OPTIONS[field].default, under: field };
}
