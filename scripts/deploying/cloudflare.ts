import { execFile } from "node:child_process";
import { join } from "node:path";
import { describeError, wranglerCli } from "../running/program.ts";

const root = join(import.meta.dirname, "../..");

/** Below which the REST API is. wrangler reads the same variable: a test stands in for Cloudflare, not for wrangler. */
const findApi = (): string => process.env["CLOUDFLARE_API_BASE_URL"] ?? "https://api.cloudflare.com/client/v4";

/** An account of Cloudflare, and the headers of who acts for it. */
export type Account = { id: string; headers: Readonly<Record<string, string>> };

type Answer<Result> = { success?: boolean; result?: Result; errors?: readonly { code: number; message: string }[] };

/** Runs wrangler without a terminal, so that it opens no browser and asks nothing. */
export function runWrangler(args: readonly string[], env = {}): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [wranglerCli, ...args],
      { cwd: root, timeout: 60_000, env: { ...process.env, CI: "true", NO_COLOR: "1", ...env } },
      (error, stdout, stderr) => resolve({ stdout, stderr: stderr.trim() || String(error ?? "") }),
    );
    child.stdin?.end();
  });
}

/**
 * Opens the account as wrangler does: with its login or `CLOUDFLARE_API_TOKEN`, in the named account or the only one.
 *
 * @throws {Error} not logged in, or several accounts; the message says what to do
 */
export async function openAccount(named = process.env["CLOUDFLARE_ACCOUNT_ID"]): Promise<Account> {
  const token = process.env["CLOUDFLARE_API_TOKEN"] ?? (await readToken());
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  if (named) return { id: named, headers };
  const accounts = await callApi<{ id: string }[]>({ headers }, { path: "" });
  const [only, ...others] = accounts.map(({ id }) => id);
  if (only && others.length === 0) return { id: only, headers };
  const ids = only ? `one of ${[only, ...others].join(", ")}` : "the id of your account";
  throw new Error(`which account? Set CLOUDFLARE_ACCOUNT_ID, or account_id in wrangler.toml: ${ids}`);
}

/** The token of `wrangler login`. */
async function readToken(): Promise<string> {
  const { stdout, stderr } = await runWrangler(["auth", "token"]);
  const [token] = /^[\w.~+/-]{20,}=*$/m.exec(stdout) ?? [];
  if (token) return token;
  throw new Error(explain(stderr));
}

/** A request to the REST API: its method, its path below `/accounts`, and what it sends as JSON. */
type Call = { method?: "GET" | "PUT"; path: string; body?: unknown };

/**
 * Calls the REST API.
 *
 * @returns the `result` of the answer
 * @throws {Error} Cloudflare's own words, or that it cannot be reached
 */
export async function callApi<Result>(
  { headers }: Pick<Account, "headers">,
  { method = "GET", path, body }: Call,
): Promise<Result> {
  const sent = {
    method,
    headers,
    signal: AbortSignal.timeout(60_000),
    ...(body ? { body: JSON.stringify(body) } : {}),
  };
  const response = await fetch(`${findApi()}/accounts${path}`, sent).catch((error: unknown) => {
    throw new Error(explain(describeError(error)), { cause: error });
  });
  const answer = (await response.json().catch(() => ({}))) as Answer<Result>;
  if (answer.success && answer.result !== undefined) return answer.result;
  const reasons = (answer.errors ?? []).map(({ code, message }) => `${message} [code: ${code}]`);
  throw new Error(`Cloudflare answered ${response.status}: ${reasons.join("; ") || "without a reason"}`);
}

/** The same call for a shell, with a token in CLOUDFLARE_API_TOKEN. */
export const formatCall = ({ method = "GET", path, body }: Call): string =>
  `curl -X ${method} ${findApi()}/accounts${path} -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" -H "Content-Type: application/json" -d '${JSON.stringify(body)}'`;

/** Says in one line what is missing, where wrangler speaks only of tokens or of fetch. */
export function explain(reason: string): string {
  if (/CLOUDFLARE_API_TOKEN|Not logged in/.test(reason)) {
    return 'not logged in to Cloudflare; run "npx wrangler login", or set CLOUDFLARE_API_TOKEN';
  }
  const said = firstLine(reason);
  if (/fetch failed|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(reason)) {
    return `Cloudflare's API cannot be reached; this needs the network (${said})`;
  }
  return said || "wrangler said nothing";
}

const firstLine = (text: string): string => text.trim().split("\n", 1).join();
