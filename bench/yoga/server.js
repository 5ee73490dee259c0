// One graphql-yoga process: graphql-ws on ws, events from Redis pub/sub, the same field as Tutti's.
import { createServer } from 'node:http';
import { createRedisEventTarget } from '@graphql-yoga/redis-event-target';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { Redis } from 'ioredis';
import { WebSocketServer } from 'ws';

const { PORT, REDIS_URL, SERVICE_URL, SERVICE_TOKEN } = process.env;
const PING_MILLISECONDS = 25_000;
const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Note { title version } }
}`;

const pubSub = createPubSub({
  eventTarget: createRedisEventTarget({
    publishClient: new Redis(REDIS_URL),
    subscribeClient: new Redis(REDIS_URL),
  }),
});

async function readNote(id) {
  const variables = { representations: [{ __typename: 'Note', id }] };
  const response = await fetch(SERVICE_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${SERVICE_TOKEN}` },
    body: JSON.stringify({ query: ENTITIES, variables }),
  });
  const answer = await response.json();
  if (answer.errors) {
    throw new Error(answer.errors[0].message);
  }
  return { id, ...answer.data._entities[0] };
}

const yoga = createYoga({
  logging: 'error',
  schema: createSchema({
    typeDefs: `
      type Query { ready: Boolean! }
      type Note { id: ID! title: String version: Int }
      type NoteChange { note: Note text: String seq: Int occurredAt: String }
      type Subscription { noteChanged(noteId: ID!): NoteChange! }
    `,
    resolvers: {
      Query: { ready: () => true },
      NoteChange: { note: (change) => readNote(change.note.id) },
      Subscription: {
        noteChanged: {
          subscribe: (_, { noteId }) => pubSub.subscribe('noteChanged', noteId),
          resolve: (change) => change,
        },
      },
    },
  }),
});

const http = createServer(yoga);
const sockets = new WebSocketServer({ server: http, path: yoga.graphqlEndpoint });
useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (context, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...context,
        req: context.extra.request,
        socket: context.extra.socket,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length ? errors : args;
    },
  },
  sockets,
  PING_MILLISECONDS,
);
http.listen({ port: Number(PORT), host: '127.0.0.1', backlog: 2048 });
