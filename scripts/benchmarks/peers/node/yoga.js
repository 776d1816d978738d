// GraphQL Yoga with graphql-jit; its own caches of parsed and validated documents are on.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { useGraphQlJit } from "@envelop/graphql-jit";
import DataLoader from "dataloader";
import { createSchema, createYoga } from "graphql-yoga";
import { account, accounts, accountsOf, creators, creatorsOf, seriesOf, videosOf } from "./database.js";

// Keys are pairs of what leads from the parent and what was asked for.
const loader = (load) =>
  new DataLoader((keys) => load(keys.map(([key]) => key), keys.map(([, asked]) => asked)), { cache: false });

const yoga = createYoga({
  schema: createSchema({
    typeDefs: readFileSync(new URL("schema.graphql", import.meta.url), "utf8"),
    resolvers: {
      Query: {
        account: (_, { id }) => account(id),
        accounts: (_, { first, orderBy }) => accounts(first, orderBy?.field),
        creators: (_, { first }) => creators(first),
      },
      Account: {
        creator: ({ creatorId }, _, { creators }) => (creatorId === null ? null : creators.load([creatorId])),
        videos: ({ databaseId }, { first }, { videos }) => videos.load([databaseId, first]),
      },
      Creator: {
        accounts: ({ databaseId }, { first }, { accounts }) => accounts.load([databaseId, first]),
      },
      AccountVideo: {
        series: ({ postId }, { window }, { series }) => series.load([postId, window.period]),
      },
    },
  }),
  context: () => ({
    creators: loader(creatorsOf),
    accounts: loader(accountsOf),
    videos: loader(videosOf),
    series: loader(seriesOf),
  }),
  plugins: [useGraphQlJit()],
  graphiql: false,
  landingPage: false,
  logging: "error",
});
createServer(yoga).listen(Number(process.env.PORT), "127.0.0.1");
