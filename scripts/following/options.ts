import { fromCaller, readNumber, readOptions, WrongUsage } from "../running/program.ts";
import { readOrigin } from "./cloud-api.ts";

const usage = `usage: npm run --silent follow -- --account LOGIN --key FILE [OPTIONS]
Prints each change of the account's images as a line of JSON, oldest first, and waits for more.
  --url URL           the service (default http://127.0.0.1:8787)
  --account LOGIN     the account; the key is its own
  --key FILE          the private key: RSA, ECDSA or Ed25519, in PEM or OpenSSH's form, without a passphrase
  --after FILE        keeps in FILE how far it came, and goes on from there; without it, begins with the oldest change
  --exec CMD          runs CMD by sh for each change, with the line on its standard input; ends if CMD fails
  --to [LOGIN@]URL    applies each change to the same image of this CloudAPI; may be repeated
  --to-key FILE       the key for all --to (default: --key)
  --overwrite         applies a change to a field that was edited there too
  --dry-run           prints what it would apply, once, and applies nothing
  --check             prints how the images at each --to differ, and ends: with 1 if any does
  --resync            goes on where changes were missed: see docs/changes.md
  --once              ends when there is nothing new
  --interval SECONDS  how often to ask for news (default 5)
  --help              these lines
Exit codes: 0 ended by a signal or by --once, 1 failed, 2 called wrongly, 3 changes were missed.`;

/** An account of a CloudAPI, and the file of a key. */
export type Endpoint = { origin: string; login: string; keyFile: string };

/** What the command line asks for. */
export type FollowOptions = {
  source: Endpoint;
  targets: readonly Endpoint[];
  after: string | undefined;
  command: string | undefined;
  intervalMs: number;
  overwrite: boolean;
  dryRun: boolean;
  check: boolean;
  resync: boolean;
  isOnce: boolean;
};

/** A login goes into a header and a file. */
function readLogin(login: string): string {
  if (/^[\w.@+-]{1,64}$/.test(login)) return login;
  throw new WrongUsage(`a login is at most 64 characters of A-Z a-z 0-9 _ . @ + -; ${login} was given`);
}

/** @throws {WrongUsage} one line */
export function readFollowOptions(): FollowOptions {
  const flag = { type: "boolean", default: false } as const;
  const { values } = readOptions(usage, {
    options: {
      url: { type: "string", default: "http://127.0.0.1:8787" },
      account: { type: "string" },
      key: { type: "string" },
      after: { type: "string" },
      exec: { type: "string" },
      to: { type: "string", multiple: true, default: [] },
      "to-key": { type: "string" },
      overwrite: flag,
      "dry-run": flag,
      check: flag,
      resync: flag,
      once: flag,
      interval: { type: "string", default: "5" },
    },
  });
  const { account, key, to, exec: command, check, overwrite, "dry-run": dryRun, "to-key": toKey } = values;
  if (account === undefined || key === undefined)
    throw new WrongUsage("--account and --key are needed; --help says more");
  if (to.length > 0 && command !== undefined) throw new WrongUsage("--exec and --to exclude each other");
  if (to.length === 0 && (check || overwrite || dryRun || toKey !== undefined))
    throw new WrongUsage("--to-key, --overwrite, --dry-run and --check need --to");
  const login = readLogin(account);
  const targets = to.map((text) => {
    const [, own, url = ""] = /^(?:(.+)@)?([^@]*)$/.exec(text) ?? [];
    return { origin: readOrigin(url), login: readLogin(own ?? login), keyFile: fromCaller(toKey ?? key) };
  });
  const names = targets.map((target) => `${target.login}@${target.origin}`);
  if (new Set(names).size < names.length) throw new WrongUsage("--to names the same account twice");
  return {
    source: { origin: readOrigin(values.url), login, keyFile: fromCaller(key) },
    targets,
    after: values.after === undefined ? undefined : fromCaller(values.after),
    command,
    intervalMs: 1000 * readNumber("interval", values.interval, { least: 0.1, isWhole: false }),
    overwrite,
    dryRun,
    check,
    resync: values.resync,
    isOnce: values.once || dryRun,
  };
}
