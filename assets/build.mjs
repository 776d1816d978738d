// Bundles the pages' scripts and styles into the directory named by the first argument.
import { build } from "esbuild";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const out = process.argv[2];

const bundle = {
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

const scripts = await build({
  ...bundle,
  entryPoints: {
    graphiql: "src/graphiql.jsx",
    docs: "src/docs.js",
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
  },
  jsx: "automatic",
  // Monaco's modules import their styles one by one; GraphiQL's style sheet already has them all.
  loader: { ".graphql": "text", ".css": "empty" },
});

const styles = await build({
  ...bundle,
  entryPoints: ["src/graphiql.css", "src/docs.css", "src/index.css"],
  loader: { ".ttf": "file", ".woff2": "file", ".png": "dataurl", ".svg": "dataurl" },
});

await writeFile(join(out, "favicon.svg"), await readFile("src/favicon.svg"));
await writeFile(join(out, "licenses.txt"), await licenses([scripts, styles]));

for (const name of await readdir(out)) {
  const content = await readFile(join(out, name));
  if (content.length > 1024) await writeFile(join(out, `${name}.gz`), gzipSync(content, { level: 9 }));
}

// The licence of every package of which a part was bundled, as these licences ask.
async function licenses(results) {
  const inputs = results.flatMap((result) => Object.keys(result.metafile.inputs));
  const packages = new Set(inputs.map((path) => path.match(/^node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
  const notices = [...packages].sort().map(async (directory) => {
    const { name, version, license } = JSON.parse(await readFile(join(directory, "package.json")));
    const files = (await readdir(directory)).filter((file) => /^(licen[cs]e|notice)|es-bundle\.js\.licen[cs]e/i.test(file)).sort();
    const texts = await Promise.all(files.map((file) => readFile(join(directory, file), "utf8")));
    return [`${name} ${version} (${license})`, ...texts].join("\n\n");
  });
  return (await Promise.all(notices)).join(`\n\n${"-".repeat(80)}\n\n`);
}
