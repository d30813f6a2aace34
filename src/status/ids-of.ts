/** The fields that say what a call is about; none of them can hold a secret. */
const FIELDS = [
  'name',
  'volume_id',
  'source_volume_id',
  'snapshot_id',
  'node_id',
  'staging_target_path',
  'target_path',
  'volume_path',
] as const;

/** In characters: whoever calls may name what they like. */
const LONGEST = 200;

/** What a request is about, in its own words. */
export function idsOf(request: object | null): readonly string[] {
  return FIELDS.flatMap((field) => {
    const value: unknown = request === null ? undefined : Reflect.get(request, field);
    if (typeof value !== 'string' || value === '') return [];
    return [value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value];
  });
}
