import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { quoteWord } from "../running/program.ts";
import { type DemoKeys, demo } from "./demo.ts";

const root = join(import.meta.dirname, "../..");

/** What the printed commands need to know. */
type Demo = DemoKeys & { url: string; home: string };

/** Three complete commands for a shell in the project's folder, each of which updates the published image; and the console's URL. */
export function formatDemoCommands(of: Demo): string {
  return `
cloudapi-edge answers on ${of.url}. Try it, from another terminal in this folder:

# curl and openssl, the published request
${formatCurl(of)}

# triton
${formatTriton(of)}

# sdc-updateimage (smartdc needs Node 22 or older)
${formatSmartdc(of)}

# or look at it in a browser, which asks before it signs in as demo (a throwaway key stands after the #, and is sent to nobody)
${of.url}/--console/#/demo/${of.seed}

# every operation, and how to sign with a key of any kind
${of.url}/--docs/
`;
}

/** A path for a shell in the project's folder. @param before goes before one below that folder */
function toShellPath(path: string, before = ""): string {
  const below = relative(root, path);
  return below.startsWith("..") ? quoteWord(path) : `${before}${quoteWord(below)}`;
}

function formatCurl({ url, file, fingerprint }: Demo): string {
  return `DATE=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT'); \\
curl -i '${url}/my/images/${demo.image}?action=update' \\
  -H "Date: $DATE" -H "Authorization: Signature keyId=\\"/${demo.login}/keys/${fingerprint}\\",algorithm=\\"rsa-sha256\\",headers=\\"date\\",signature=\\"$(printf 'date: %s' "$DATE" | openssl dgst -sha256 -sign ${toShellPath(file)} -binary | openssl base64 -A)\\"" \\
  -H 'Accept: application/json' -H 'Api-Version: ~7.0' -H 'Content-Type:' \\
  -d '{"name": "my-renamed-image"}'`;
}

/** The environment of a client: no key, agent or profile but the demo's. */
function formatEnvironment({ url, home, fingerprint }: Demo): string {
  const npm = join(homedir(), ".npmrc");
  // npm reads its settings from HOME, and a person's may name a registry.
  const npmrc = existsSync(npm) ? ` NPM_CONFIG_USERCONFIG=${quoteWord(npm)}` : "";
  // HOME must be absolute.
  return `HOME=${toShellPath(home, "$PWD/")}${npmrc} SDC_URL=${url} SDC_ACCOUNT=${demo.login} SDC_KEY_ID=${fingerprint}`;
}

function formatTriton(of: Demo): string {
  const triton = isOnPath("triton") ? "triton" : "npx --yes --package triton@7.17.0 -- triton";
  return `${formatEnvironment(of)} TRITON_PROFILE=env env -u SSH_AUTH_SOCK \\
  ${triton} image update ${demo.image} name=renamed-by-triton`;
}

/** npm does not link smartdc's commands, so the command calls a fetched one by its path. */
function formatSmartdc(of: Demo): string {
  const update = `--name=renamed-by-sdc ${demo.image}`;
  const environment = `${formatEnvironment(of)} env -u SSH_AUTH_SOCK`;
  if (isOnPath("sdc-updateimage")) return `${environment} \\\n  sdc-updateimage ${update}`;
  const folder = toShellPath(join(of.home, "smartdc"));
  const script = `\\
  npm install --silent --no-audit --no-fund --prefix ${folder} smartdc@9.0.1 >/dev/null && \\
  node --no-deprecation ${folder}/node_modules/smartdc/bin/sdc-updateimage ${update}`;
  return `${environment} sh -c '${script.replaceAll("'", String.raw`'\''`)}'`;
}

/** True if the person has the command. Folders that npm puts before their PATH do not count. */
function isOnPath(command: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return folders.some((folder) => existsSync(join(folder, command)));
}
