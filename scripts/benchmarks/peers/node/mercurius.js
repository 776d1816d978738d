// mercurius with its just-in-time compiler, on Fastify.
import { readFileSync } from "node:fs";
import Fastify from "fastify";
import mercurius from "mercurius";
import { account, accounts, accountsOf, creators, creatorsOf, seriesOf, videosOf } from "./database.js";

// What a level's parents asked for has been gathered already; there is nothing to be found in a cache.
const gathered = (loader) => ({ loader, opts: { cache: false } });
const firsts = (asked) => asked.map(({ params }) => params.first);

const app = Fastify();
app.register(mercurius, {
  schema: readFileSync(new URL("schema.graphql", import.meta.url), "utf8"),
  resolvers: {
    Query: {
      account: (_, { id }) => account(id),
      accounts: (_, { first, orderBy }) => accounts(first, orderBy?.field),
      creators: (_, { first }) => creators(first),
    },
  },
  loaders: {
    Account: {
      creator: gathered((asked) => creatorsOf(asked.map(({ obj }) => obj.creatorId))),
      videos: gathered((asked) => videosOf(asked.map(({ obj }) => obj.databaseId), firsts(asked))),
    },
    Creator: {
      accounts: gathered((asked) => accountsOf(asked.map(({ obj }) => obj.databaseId), firsts(asked))),
    },
    AccountVideo: {
      series: gathered((asked) =>
        seriesOf(asked.map(({ obj }) => obj.postId), asked.map(({ params }) => params.window.period)),
      ),
    },
  },
  jit: 1,
});
await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
