/** A `map<string, string>` of the wire. Keys are the CO's: read own properties only. */
export type StringMap = Readonly<Record<string, string>>;

export function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Whether two maps have the same keys with the same values; `__proto__` is a key like any other. */
export function sameMap(a: StringMap, b: StringMap): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}

/** A copy of `map` without the keys that `drop` names. */
export function without(map: StringMap, drop: (key: string) => boolean): StringMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !drop(key)));
}
