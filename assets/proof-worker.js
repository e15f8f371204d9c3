// Solves a challenge beside the page, which stays responsive.

/** @import * as T from './types.d.ts' */

import { solve } from './client.js';

addEventListener('message', async (/** @type {MessageEvent<T.Challenge>} */ { data }) => {
  postMessage(await solve(data));
});
