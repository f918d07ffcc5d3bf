import type { Operation } from "../../src/operations.ts";
import { quoteWord } from "../running/program.ts";
import { type Examples, type Exchange, example } from "./examples.ts";

/** Code that makes the request of an example. */
type CodeSample = { lang: "Shell" | "TypeScript"; label: string; source: string };

/** Lines to run before the curl samples: the service and the key of `npm start`'s demo. */
export const shellPreamble = "URL=http://127.0.0.1:8787 KEY=.local/.ssh/id_rsa KEY_ID=/demo/keys/demo";

/** Lines to run before the samples of triton and sdc: the same, as these clients read it. */
export const clientPreamble = `export TRITON_PROFILE=env SDC_URL=http://127.0.0.1:8787 SDC_ACCOUNT=demo HOME=$PWD/.local
export SDC_KEY_ID=$(ssh-keygen -l -E md5 -f .local/.ssh/id_rsa.pub | sed 's/.*MD5:\\([^ ]*\\).*/\\1/')`;

/** Code to put above the TypeScript samples. It signs a request with Node's own modules. */
export const fetchPreamble = `import { sign } from "node:crypto";
import { readFileSync } from "node:fs";

const origin = "http://127.0.0.1:8787";
const keyId = "/demo/keys/demo";
const key = readFileSync(".local/.ssh/id_rsa");

/** Sends a request, signed over method, path, query and time. */
function send(method: string, target: string, more: { headers?: Record<string, string>; body?: string } = {}) {
  const date = new Date().toUTCString();
  const text = \`(request-target): \${method.toLowerCase()} \${target}\\ndate: \${date}\`;
  const signature = sign("sha256", Buffer.from(text), key).toString("base64");
  const Authorization = \`Signature keyId="\${keyId}",algorithm="rsa-sha256",headers="(request-target) date",signature="\${signature}"\`;
  return fetch(origin + target, { method, ...more, headers: { Date: date, Authorization, ...more.headers } });
}
`;

/** Lists the headers of an example's request, without its signature. */
const listHeaders = ({ headers, body }: Exchange): [string, string][] =>
  Object.entries({
    "Api-Version": "~9",
    ...(body !== undefined && { "Content-Type": "application/json" }),
    ...headers,
  });

const isUnsigned = ({ path }: Exchange): boolean => path.startsWith("/--");

/** Formats the request with curl, signed by openssl. It runs after {@link shellPreamble}. */
export function formatCurl(exchange: Exchange): string {
  const { method, path, body } = exchange;
  if (isUnsigned(exchange)) return `curl -i $URL${path}`;
  const options = [
    ...listHeaders(exchange).map(([name, value]) => `-H ${quoteWord(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quoteWord(JSON.stringify(body))}`]),
  ];
  return `TARGET=${quoteWord(path)}
DATE=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
SIGNATURE=$(printf '(request-target): ${method.toLowerCase()} %s\\ndate: %s' "$TARGET" "$DATE" |
  openssl dgst -sha256 -sign $KEY -binary | openssl base64 -A)
curl -i -X ${method} "$URL$TARGET" -H "Date: $DATE" -H "Authorization: Signature \\
keyId=\\"$KEY_ID\\",algorithm=\\"rsa-sha256\\",headers=\\"(request-target) date\\",signature=\\"$SIGNATURE\\"" \\
  ${options.join(" \\\n  ")}`;
}

/** Formats the request with fetch. It goes below {@link fetchPreamble}. */
export function formatFetch(exchange: Exchange): string {
  const { method, path, body, answer } = exchange;
  const headers = listHeaders(exchange).map(
    ([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`,
  );
  const call = isUnsigned(exchange)
    ? `await fetch(\`\${origin}${path}\`)`
    : `await send(${JSON.stringify(method)}, ${JSON.stringify(path)}, {
  headers: {
${headers.join("\n")}
  },${body === undefined ? "" : `\n  body: JSON.stringify(${JSON.stringify(body)}),`}
})`;
  return `const answer = ${call};
console.log(answer.status${answer === undefined ? "" : ", await answer.json()"});`;
}

type ClientCommand = { client: "triton" | "sdc"; source: string };

const { image, shared } = example;

/** The clients' own commands for an operation: triton's, then sdc's. `laptop.pub` is an OpenSSH public key file. */
const ownCommands: Readonly<Partial<Record<Operation, readonly [string, string?]>>> = {
  ListImages: ["triton image list name=my-image", "sdc-listimages --name=my-image"],
  GetImage: [`triton image get ${image}`, `sdc-getimage ${image}`],
  UpdateImage: [
    `triton image update ${image} name=my-renamed-image`,
    `sdc-updateimage --name=my-renamed-image ${image}`,
  ],
  CloneImage: [`triton image clone ${shared}`],
  DeleteImage: [`triton image delete --force ${image}`, `sdc-deleteimage ${image}`],
  GetAccount: ["triton account get", "sdc-getaccount"],
  UpdateAccount: ["triton account update city=Vancouver", "sdc-updateaccount --city=Vancouver"],
  ListKeys: ["triton key list", "sdc-listkeys"],
  GetKey: ["triton key get demo", "sdc-getkey demo"],
  CreateKey: ["triton key add --name=laptop laptop.pub", "sdc-createkey --name=laptop laptop.pub"],
  DeleteKey: ["triton key delete --yes laptop", "sdc-deletekey laptop"],
  ListDatacenters: ["triton datacenters", "sdc-listdatacenters"],
};

/** Formats the request with `triton cloudapi`, for operations that triton has no command for. */
function formatRawTriton({ method, path, body }: Exchange): string {
  const more = [
    ...(method === "GET" ? [] : ["-X", method]),
    ...(body === undefined ? [] : ["-H", "Content-Type: application/json", "-d", JSON.stringify(body)]),
  ];
  return ["triton", "cloudapi", path, ...more].map(quoteWord).join(" ");
}

/** Lists the clients' commands for an operation. @param exchange the operation's first example */
export function listClientCommands(operation: Operation, exchange: Exchange): ClientCommand[] {
  const [triton = formatRawTriton(exchange), sdc] = ownCommands[operation] ?? [];
  return [{ client: "triton", source: triton }, ...(sdc ? [{ client: "sdc" as const, source: sdc }] : [])];
}

/** Makes the samples of an operation: curl and fetch for each example, and the clients' commands once. */
export const makeCodeSamples = (operation: Operation, examples: Examples): CodeSample[] => [
  ...examples.flatMap((exchange): CodeSample[] => [
    { lang: "Shell", label: `${operation}, curl: ${exchange.title}`, source: formatCurl(exchange) },
    { lang: "TypeScript", label: `${operation}, fetch: ${exchange.title}`, source: formatFetch(exchange) },
  ]),
  ...listClientCommands(operation, examples[0]).map(
    ({ client, source }): CodeSample => ({ lang: "Shell", label: `${operation}, ${client}`, source }),
  ),
];
