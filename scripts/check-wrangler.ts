/**
 * Checks wrangler.toml: what Cloudflare logs of a request by itself is off (SECURITY.md), and the bindings of [env.production]
 * are those of `Bindings` in src/context.ts. Part of `npm run check`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const config = join(root, "wrangler.toml");

type Observability = { redact_query_string?: boolean; logs?: { invocation_logs?: boolean } };

/** Says what Cloudflare would log by itself. */
const listLogged = (where: string, { redact_query_string, logs }: Observability = {}): string[] => [
  ...(logs?.invocation_logs === false
    ? []
    : [`${where}: observability.logs.invocation_logs is not false: URL and headers would be logged`]),
  ...(redact_query_string === true
    ? []
    : [`${where}: observability.redact_query_string is not true: traces would have the fields of a query`]),
];

/** Reads lines as `NAME?: Type;`: the name, whether it is optional, and the type. Bindings have names in capitals. */
const readBindings = (text: string): Map<string, { type: string; isOptional: boolean }> =>
  new Map(
    [...text.matchAll(/^\s+([A-Z][A-Z0-9_]*)(\??): (\w+);/gm)].map(([, name = "", mark, type = ""]) => [
      name,
      { type, isOptional: mark === "?" },
    ]),
  );

/** Says where the two differ. An optional binding may be missing in wrangler.toml. */
function compareBindings(code: string, generated: string): string[] {
  const [inCode, bound] = [readBindings(code), readBindings(generated)];
  return [...new Set([...inCode.keys(), ...bound.keys()])].flatMap((name) => {
    const [wanted, given] = [inCode.get(name), bound.get(name)];
    if (wanted?.type === given?.type || (wanted?.isOptional && !given)) return [];
    return [
      `[env.production] binds ${name} as ${given?.type ?? "nothing"}, and src/context.ts as ${wanted?.type ?? "nothing"}`,
    ];
  });
}

/** What `wrangler types --env production` writes, without the variables in .env, which are wrangler's own. */
async function generateBindings(): Promise<string> {
  // Without `main` wrangler builds nothing.
  const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-types-"));
  const copy = join(folder, "wrangler.toml");
  writeFileSync(copy, readFileSync(config, "utf8").replace(/^main = .*\n/m, ""));
  const { env } = await generateTypes({ config: copy, env: "production", includeRuntime: false, envFile: [] });
  rmSync(folder, { recursive: true });
  return env ?? "";
}

const { experimental_generateTypes: generateTypes, unstable_readConfig: readConfig } = await import("wrangler");
const mistakes = [
  ...listLogged("wrangler.toml", readConfig({ config }).observability),
  ...listLogged("[env.production]", readConfig({ config, env: "production" }).observability),
  ...compareBindings(readFileSync(join(root, "src/context.ts"), "utf8"), await generateBindings()),
];
for (const mistake of mistakes) console.error(mistake);
process.exit(mistakes.length > 0 ? 1 : 0);
