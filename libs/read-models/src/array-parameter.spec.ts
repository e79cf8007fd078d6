import { arrayParameter } from './array-parameter.js';

it.each([
  [[], '{}'],
  [[1, true, null], '{1,true,NULL}'],
  [['', 'NULL', 'a b', 'x,{y}'], '{"","NULL","a b","x,{y}"}'],
  [['say "\\"', '"'], '{"say \\"\\\\\\"","\\""}'],
])('writes %j as Postgres reads it', (values, literal) => {
  expect(arrayParameter(values)).toBe(literal);
});
