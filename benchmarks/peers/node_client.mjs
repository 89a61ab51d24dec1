// SPDX-License-Identifier: MIT
// Node's fetch as a peer of http_client_load, with the same options.

import { parseArgs } from "node:util";

const { values: asked } = parseArgs({
  options: {
    url: { type: "string" },
    requests: { type: "string", default: "1" },
    concurrency: { type: "string", default: "1" },
    stream: { type: "boolean", default: false },
  },
});
let left = Number(asked.requests);

async function ask() {
  while (left > 0) {
    --left;
    const answer = await fetch(asked.url);
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    if (asked.stream) {
      for await (const _ of answer.body);
    } else {
      await answer.text();
    }
  }
}

await Promise.all(Array.from({ length: Number(asked.concurrency) }, ask));
