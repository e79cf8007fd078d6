import type { JsonValue } from '#libs/domain';

/** Every path to a field, such as `changes[].before`; values, and how many there are, do not matter. */
export function shapeOf(value: JsonValue, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null || path.endsWith('.before') || path.endsWith('.after')) return [path];
  const below = Array.isArray(value)
    ? value.flatMap((element: JsonValue) => shapeOf(element, `${path}[]`))
    : Object.entries(value).flatMap(([name, member]: [string, JsonValue]) => shapeOf(member, `${path}.${name}`));
  return [...new Set(below)].sort();
}
