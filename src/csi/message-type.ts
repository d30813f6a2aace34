/** A message of the interface, as the loaded definition describes it. */
export interface MessageType {
  /** Without the package: `VolumeCapability.MountVolume`. */
  readonly name: string;
  readonly fields: readonly FieldType[];
  /** A message says under the name of a oneof which of its fields is set. */
  readonly oneofs: readonly string[];
}

export interface FieldType {
  readonly name: string;
  readonly repeated: boolean;
  readonly type: ValueType;
}

export type ValueType =
  | { readonly kind: 'string' | 'bool' | 'bytes' }
  | { readonly kind: 'number'; readonly name: string }
  | { readonly kind: 'map' }
  | {
      readonly kind: 'enum';
      readonly values: readonly string[];
      /** What the values are on the wire, in the same order. */
      readonly numbers: readonly number[];
    }
  /** A function, so that a type may hold itself. */
  | { readonly kind: 'message'; readonly message: () => MessageType };

/** A descriptor with where it stands: its name, and those of the types around it. */
interface Place {
  readonly name: string;
  readonly descriptor: unknown;
  readonly around?: Place;
}

/**
 * Reads the descriptor of a message; `lookUp` finds those of the other messages by their names in the
 * package, or with a package where they are of another. Throws where a type is not to be found.
 */
export function messageType(message: unknown, lookUp: (name: string) => unknown): MessageType {
  return read({ name: text(message, 'name'), descriptor: message });

  function read(place: Place): MessageType {
    return {
      name: place.name,
      fields: list(place.descriptor, 'field').map((field) => ({
        name: text(field, 'name'),
        ...shape(field, place),
      })),
      oneofs: list(place.descriptor, 'oneofDecl').map((oneof) => text(oneof, 'name')),
    };
  }

  function shape(field: unknown, place: Place): Pick<FieldType, 'repeated' | 'type'> {
    const repeated = text(field, 'label') === 'LABEL_REPEATED';
    const written = text(field, 'type').replace('TYPE_', '').toLowerCase();
    if (written === 'string' || written === 'bool' || written === 'bytes') {
      return { repeated, type: { kind: written } };
    }
    const typeName = text(field, 'typeName');
    if (written === 'enum') {
      const found = list(find(typeName, place).descriptor, 'value');
      const values = found.map((value) => text(value, 'name'));
      const numbers = found.map((value) => Number(property(value, 'number')));
      return { repeated, type: { kind: 'enum', values, numbers } };
    }
    if (written !== 'message') return { repeated, type: { kind: 'number', name: written } };
    const found = find(typeName, place);
    const isMap = property(property(found.descriptor, 'options'), 'mapEntry') === true;
    return isMap
      ? { repeated: false, type: { kind: 'map' } }
      : { repeated, type: { kind: 'message', message: () => read(found) } };
  }

  /** The type of a name that is relative to a place: the innermost counts. */
  function find(typeName: string, place: Place): Place {
    const [first = '', ...rest] = typeName.split('.');
    let scope: Place | undefined = place;
    let found: Place | undefined;
    while (found === undefined && scope !== undefined) {
      found = nested(scope, first);
      scope = scope.around;
    }
    for (const name of rest) found = found === undefined ? undefined : nested(found, name);
    if (found !== undefined) return found;
    let top: Place | undefined = { name: first, descriptor: lookUp(first) };
    for (const name of rest) top = top === undefined ? undefined : nested(top, name);
    if (typeName.startsWith('google.')) top = { name: typeName, descriptor: lookUp(typeName) };
    if (top?.descriptor === undefined) throw new Error(`the interface has no type ${typeName}`);
    return top;
  }
}

function nested(around: Place, name: string): Place | undefined {
  const within = [...list(around.descriptor, 'nestedType'), ...list(around.descriptor, 'enumType')];
  const descriptor = within.find((each) => property(each, 'name') === name);
  return descriptor === undefined
    ? undefined
    : { name: `${around.name}.${name}`, descriptor, around };
}

/** A property of whatever has it; undefined of anything else. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function text(value: unknown, name: string): string {
  const found = property(value, name);
  return typeof found === 'string' ? found : '';
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = property(value, name);
  return Array.isArray(found) ? found : [];
}
