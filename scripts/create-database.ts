/** Creates the database of `[env.production]` in wrangler.toml. `npm run create-database` */
import { join } from "node:path";
import { createDatabase, type Place } from "./deploying/create-database.ts";
import { projectFile } from "./deploying/production-database.ts";
import { describeError, readOptions, runProgram, WrongUsage } from "./running/program.ts";

/** As wrangler 4.155 takes them. */
const places: Readonly<Record<Place["kind"], readonly string[]>> = {
  location: ["weur", "eeur", "enam", "wnam", "apac", "oc"],
  jurisdiction: ["eu", "fedramp", "us"],
};

const usage = `usage: npm run create-database -- --location HINT | --jurisdiction NAME
  Creates the D1 database of [env.production], writes its id into wrangler.toml, and switches read replication on.
  Its place is fixed FOR EVER: only a new database, with the data loaded into it, is elsewhere. Name one of
  --location HINT      near the callers who write: ${places.location.join(", ")} (Europe, America, Asia and Pacific, Oceania)
  --jurisdiction NAME  where the law wants the data to stay: ${places.jurisdiction.join(", ")}
  It asks nothing. After a failure, run it again: it goes on where it stopped.`;

/** @throws {WrongUsage} neither, both, or no such place */
function readPlace({ location, jurisdiction }: { [Kind in Place["kind"]]?: string | undefined }): Place {
  if ((location === undefined) === (jurisdiction === undefined))
    throw new WrongUsage("name either --location or --jurisdiction: it is fixed for ever; --help lists them");
  const [kind, name = ""] =
    location === undefined ? (["jurisdiction", jurisdiction] as const) : (["location", location] as const);
  if (places[kind].includes(name)) return { kind, name };
  throw new WrongUsage(`--${kind} is one of ${places[kind].join(", ")}; ${name} was given`);
}

await runProgram(async () => {
  const text = { type: "string" } as const;
  const place = readPlace(readOptions(usage, { options: { location: text, jurisdiction: text } }).values);
  process.loadEnvFile(join(import.meta.dirname, "../.env"));
  try {
    await createDatabase(place, projectFile, console.log);
  } catch (error) {
    throw new Error(`npm run create-database: ${describeError(error)}`, { cause: error });
  }
  return 0;
});
