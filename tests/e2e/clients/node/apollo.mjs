// Apollo Client: subscriptions over multipart HTTP, tried again by its retry link.

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { RetryLink } from "@apollo/client/link/retry";
import { getMainDefinition } from "@apollo/client/utilities";
import { authorization, converse, retries, settings } from "./conversation.mjs";

// Each try asks with the variables and the token of that moment.
const ofTheMoment = new ApolloLink((operation, forward) => {
  operation.variables = { ...operation.getContext().latest };
  operation.setContext({ headers: authorization() });
  return forward(operation);
});

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.from([
    new RetryLink({
      delay: () => 50,
      attempts: (count, _, error) => count < retries.attempts && Boolean(error),
    }),
    ofTheMoment,
    new HttpLink({ uri: settings.url }),
  ]),
});

/** Begin any operation as an observable of answers in GraphQL's form. */
function observed({ query, variables }) {
  const document = gql(query);
  const asked = { variables, fetchPolicy: "no-cache", errorPolicy: "all", context: { latest: variables } };
  const kind = getMainDefinition(document).operation;
  if (kind === "subscription") return client.subscribe({ query: document, ...asked });
  const once = kind === "query" ? client.query({ query: document, ...asked }) : client.mutate({ mutation: document, ...asked });
  return { subscribe: (sink) => { once.then((answer) => { sink.next(answer); sink.complete(); }, sink.error); } };
}

await converse({
  subscribe(request, sink) {
    const subscription = observed(request).subscribe({
      next: ({ data, error }) => sink.next(error ? { errors: error.errors ?? [error] } : { data }),
      error: sink.error,
      complete: sink.complete,
    });
    return () => subscription?.unsubscribe();
  },
  close: () => client.stop(),
});
