// What a test says to a client program, line by line, and what the program tells it, as JSON.
//
//   in:  {"do": "subscribe", "id", "query", "variables"} {"do": "unsubscribe", "id"}
//        {"do": "run", "id", "query", "variables"} {"do": "token", "token"} {"do": "end"}
//   out: {"told": "next", "id", "item"} {"told": "error" | "complete", "id", "reason"}
//        {"told": "answer", "id", "answer"} {"told": "connected"} {"told": "closed", "code"}

import { createInterface } from "node:readline";

export const tell = (told, more = {}) => process.stdout.write(`${JSON.stringify({ told, ...more })}\n`);

/** What the clients need to know: where the gateway is, and the token of the moment. */
export const settings = { url: process.env.GRAPHQL_URL, token: process.env.TOKEN };

export const authorization = () => ({ Authorization: `Bearer ${settings.token}` });

/** Few and short waits between tries, so that a test need not wait long. */
export const retries = { attempts: 2000, wait: () => new Promise((go) => setTimeout(go, 50)) };

/** Variables whose `since` is the cursor of the last item, whenever they are sent. */
class Resumable {
  #cursor;

  constructor(variables) {
    Object.assign(this, variables);
    this.#cursor = variables.since;
    Object.defineProperty(this, "since", { enumerable: true, get: () => this.#cursor });
  }

  follow(item) {
    this.#cursor = item?.cursor ?? this.#cursor;
  }
}

/** Sink of a subscription: tells what comes, and moves the cursor on. */
function sinkOf(id, variables) {
  return {
    next(answer) {
      if (answer.errors) return tell("error", { id, reason: answer.errors });
      const [item] = Object.values(answer.data);
      variables.follow(item);
      tell("next", { id, item });
    },
    error: (reason) => tell("error", { id, reason: described(reason) }),
    complete: () => tell("complete", { id }),
  };
}

function described(reason) {
  if (Array.isArray(reason)) return reason;
  return { name: reason?.name, message: reason?.message, code: reason?.code ?? reason?.response?.status };
}

/**
 * Hold the conversation. `client` has `subscribe(request, sink)`, which gives a function that
 * unsubscribes, and `close()`.
 */
export async function converse(client) {
  const running = new Map();
  const begin = (id, query, variables, sink) => running.set(id, client.subscribe({ query, variables }, sink));
  for await (const line of createInterface({ input: process.stdin })) {
    const said = JSON.parse(line);
    if (said.do === "subscribe") {
      const variables = new Resumable(said.variables);
      begin(said.id, said.query, variables, sinkOf(said.id, variables));
    } else if (said.do === "unsubscribe") {
      running.get(said.id)();
    } else if (said.do === "run") {
      begin(said.id, said.query, said.variables, {
        next: (answer) => tell("answer", { id: said.id, answer }),
        error: (reason) => tell("error", { id: said.id, reason: described(reason) }),
        complete: () => tell("complete", { id: said.id }),
      });
    } else if (said.do === "token") {
      settings.token = said.token;
    } else if (said.do === "end") {
      break;
    }
  }
  process.stdin.destroy();
  for (const unsubscribe of running.values()) unsubscribe();
  await client.close();
}
