// graphql-ws made to break the protocol in one way: tells what the gateway closes with, and
// whether the client takes that for final.

import { createClient, MessageType } from "graphql-ws";
import { WebSocket } from "ws";
import { authorization, retries, settings, tell } from "./conversation.mjs";

const subscribe = { id: "early", type: MessageType.Subscribe, payload: { query: "{ __typename }" } };
const misuses = {
  BadRequest: { connected: (socket) => socket.send("{") },
  Unauthorized: { opened: (socket) => socket.send(JSON.stringify(subscribe)) },
  SubscriberAlreadyExists: {},
  TooManyInitialisationRequests: { connected: (socket) => socket.send('{"type":"connection_init"}') },
};
const misuse = process.env.MISUSE;
let connections = 0;

const client = createClient({
  url: settings.url.replace("http:", "ws:"),
  webSocketImpl: WebSocket,
  // The first message must come after what `opened` sends.
  connectionParams: async () => { await retries.wait(); return authorization(); },
  generateID: () => "same",
  retryAttempts: 3,
  retryWait: retries.wait,
  on: { ...misuses[misuse], connecting: () => { connections += 1; } },
});
const query = 'subscription { availabilityChanged(channel: "any", heartbeatSeconds: 5) { delivery } }';
const sink = { next() {}, complete() {}, error: (event) => { tell("final", { code: event.code, connections }); process.exit(0); } };
client.subscribe({ query }, sink);
if (misuse === "SubscriberAlreadyExists") client.subscribe({ query }, { ...sink, error() {} });
