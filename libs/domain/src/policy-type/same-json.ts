import type { JsonObject, JsonValue } from '../json.js';

/** Whether two texts of JSON would say the same, in whatever order they name the members of an object. */
export function isSameJson(one: JsonValue, other: JsonValue): boolean {
  if (isList(one) || isList(other)) {
    return isList(one) && isList(other) && one.length === other.length && one.every((each, n) => isAt(other, n, each));
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => isIn(other, name, one[name]));
}

function isAt(list: readonly JsonValue[], index: number, value: JsonValue): boolean {
  const element = list[index];
  return element !== undefined && isSameJson(value, element);
}

function isIn(object: JsonObject, name: string, value: JsonValue | undefined): boolean {
  const member = Object.hasOwn(object, name) ? object[name] : undefined;
  return member !== undefined && value !== undefined && isSameJson(value, member);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
