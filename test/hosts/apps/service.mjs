// A Worker of the module kind: the answer of every request is the result; `test` is what `workerd test` calls.
import { result } from './main.mjs';

export default {
  fetch: () => Response.json(result()),
  test: () => console.log(JSON.stringify(result())),
};
