import { queryParameter } from './query-parameters.js';

/** The parameters that page a list: `limit`, up to 200 and 50 by itself unless stated, and `cursor`. */
export function pageQuery(items: string, { max = 200, absent = 50 } = {}) {
  return {
    limit: queryParameter.integer({ min: 1, max, absent, description: `Most ${items} in the answer` }),
    cursor: queryParameter.cursor(),
  };
}
