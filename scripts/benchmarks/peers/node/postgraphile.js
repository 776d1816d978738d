// PostGraphile over the tables as they are. Numbers and times are written as the others write them, and a post has a
// series: a step of the plan, which runs once for all posts.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { context, list, loadOne } from "postgraphile/grafast";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { extendSchema } from "postgraphile/utils";
import { closings } from "./series.js";
import "./types.js";

const SERIALIZE = { BigInt: Number, Datetime: (text) => `${text.slice(0, 19)}Z` }; // sessions are in UTC

const scalars = {
  name: "ScalarsPlugin",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLScalarType: (config) => ({ ...config, serialize: SERIALIZE[config.name] ?? config.serialize }),
    },
  },
};

const seriesOf = {
  name: "series",
  shared: () => context().get("withPgClient"),
  load: (asked, { shared: withPgClient }) =>
    withPgClient(null, (client) =>
      closings(
        asked.map(([post]) => Number(post)),
        asked.map(([, period]) => period),
        async (text, values) => (await client.query({ name: "closings", text, values })).rows,
      ),
    ),
};

const series = extendSchema({
  typeDefs: `
    extend type Post {
      series(period: Period!): PostSeries
    }
    enum Period {
      LAST_7_DAYS
      LAST_30_DAYS
      LAST_90_DAYS
    }
    type PostSeries {
      points: [PostSeriesPoint!]!
    }
    type PostSeriesPoint {
      date: Date!
      views: BigInt!
      likes: BigInt!
      comments: BigInt!
      totalViews: BigInt
    }`,
  objects: {
    Post: {
      plans: {
        series: ($post, { $period }) => loadOne(list([$post.get("id"), $period]), seriesOf),
      },
    },
  },
});

const server = createServer();
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [scalars, series],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      poolConfig: { max: Number(process.env.CONNECTIONS), options: "-c TimeZone=UTC" },
    }),
  ],
  grafserv: { graphiql: false, watch: false },
});
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), "127.0.0.1");
