// The client of npm's graphql-sse, in distinct connections mode, which is its default.

import { createClient } from "graphql-sse";
import { authorization, converse, retries, settings, tell } from "./conversation.mjs";

const client = createClient({
  url: settings.url,
  headers: authorization,
  retryAttempts: retries.attempts,
  retry: retries.wait,
  on: { connected: () => tell("connected") },
});

await converse({ subscribe: client.subscribe, close: client.dispose });
