// The client of npm's graphql-ws: graphql-transport-ws over the package ws.

import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { authorization, converse, retries, settings, tell } from "./conversation.mjs";

const client = createClient({
  url: settings.url.replace("http:", "ws:"),
  webSocketImpl: WebSocket,
  connectionParams: authorization,
  retryAttempts: retries.attempts,
  retryWait: retries.wait,
  // Else it would give up where a browser does not: when ws finds nobody at the address.
  shouldRetry: () => true,
  on: {
    connected: () => tell("connected"),
    closed: (event) => tell("closed", { code: event.code }),
  },
});

await converse({ subscribe: client.subscribe, close: client.dispose });
