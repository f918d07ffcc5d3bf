import type { Operation } from "../../src/operations.ts";
import { quoteWord } from "../running/program.ts";
import type { ErrorRequest } from "./error-requests.ts";
import { example } from "./example-values.ts";
import type { Examples, Exchange } from "./examples.ts";

/** Code that makes the request of an example. */
export type CodeSample = { lang: "Shell" | "JavaScript"; label: string; source: string };

const isUnsigned = ({ path }: Exchange): boolean => path.startsWith("/--");

const getPath = ({ path }: Exchange): string => path.replace(/\?.*/, "");

const { image, shared } = example;

/** A path as a word of a shell, with the image in its variable. */
const quotePath = (path: string): string =>
  path.includes(image) || path.startsWith("$") ? `"${path.replace(image, "$IMAGE")}"` : quoteWord(path);

/** True if the example is made at the image's revision of now. One that is refused keeps the revision that it names. */
const readsEtag = ({ headers, status }: Exchange): boolean => headers?.["If-Match"] !== undefined && status < 400;

/** Values that each run has anew. */
const shellValues: Readonly<Record<string, string>> = { "If-Match": "$ETAG", "Idempotency-Key": "$ONCE" };

/** Longer bodies are of blanks, which the shell makes. */
const maxBody = 1000;

const formatBody = (body: string): string =>
  `-d ${body.length > maxBody ? `"$(printf '%${body.length}s')"` : quoteWord(body)}`;

const formatHeader = (name: string, value: string): string => `-H ${quoteWord(`${name}: ${value}`)}`;

const joinOptions = (command: string, options: readonly string[]): string =>
  [command, ...options].join(options.length > 1 ? " \\\n  " : " ");

/** Formats a request that is refused with curl. Undefined if its signature covers what that of `edge` does not. */
export function formatRefused({ method, path, headers, body, covers }: ErrorRequest): string | undefined {
  const options = [
    ...Object.entries(headers).map(([name, value]) => formatHeader(name, value)),
    ...(body === undefined ? [] : [formatBody(body)]),
  ];
  if (covers && covers.length > 0) return undefined;
  const isBare = covers || path.startsWith("/--");
  const command = isBare ? `curl -i -X ${method} ${quotePath(`$URL${path}`)}` : `edge ${method} ${quotePath(path)}`;
  return joinOptions(command, options);
}

/** Formats the request with curl. It runs after the function `edge` of scripts/openapi/signing.ts. */
export function formatCurl(exchange: Exchange): string {
  const { method, path, body, headers = {}, status } = exchange;
  if (isUnsigned(exchange)) return `curl -i $URL${path}`;
  const isMade = status < 400;
  const options = [
    ...Object.entries(headers).map(([name, value]) =>
      isMade && name in shellValues ? `-H "${name}: ${shellValues[name]}"` : formatHeader(name, value),
    ),
    ...(body === undefined ? [] : [formatBody(JSON.stringify(body))]),
  ];
  return [
    ...(readsEtag(exchange)
      ? [`ETAG=$(edge GET ${quotePath(getPath(exchange))} | tr -d '\\r' | grep -i '^etag:' | cut -d' ' -f2)`]
      : []),
    ...(isMade && "Idempotency-Key" in headers ? ["ONCE=$(openssl rand -hex 16)"] : []),
    joinOptions(`edge ${method} ${quotePath(path)}`, options),
  ].join("\n");
}

/** Formats the request with fetch. It goes below `fetchPreamble` of scripts/openapi/signing.ts. */
export function formatFetch(exchange: Exchange): string {
  const { method, path, body, headers = {}, answer } = exchange;
  const print = `console.log(answer.status${answer === undefined ? "" : ", await answer.json()"});`;
  if (isUnsigned(exchange)) return `const answer = await fetch(process.env.URL + ${JSON.stringify(path)});\n${print}`;
  const fields = Object.entries(headers).map(([name, value]) =>
    name === "If-Match" && readsEtag(exchange)
      ? `"If-Match": image.headers.get("ETag")`
      : `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  const more = [
    ...(fields.length > 0 ? [`  headers: { ${fields.join(", ")} },`] : []),
    ...(body === undefined ? [] : [`  body: JSON.stringify(${JSON.stringify(body)}),`]),
  ];
  const options = more.length > 0 ? `, {\n${more.join("\n")}\n}` : "";
  const read = readsEtag(exchange) ? `const image = await send("HEAD", ${JSON.stringify(getPath(exchange))});\n` : "";
  return `${read}const answer = await send(${JSON.stringify(method)}, ${JSON.stringify(path)}${options});\n${print}`;
}

type ClientCommand = { client: "triton" | "sdc"; source: string };

/** The clients' own commands for an operation: triton's, then sdc's. `laptop.pub` is an OpenSSH public key file. */
const ownCommands: Readonly<Partial<Record<Operation, readonly [string, string?]>>> = {
  ListImages: ["triton image list name=my-image", "sdc-listimages --name=my-image"],
  GetImage: ["triton image get $IMAGE", "sdc-getimage $IMAGE"],
  UpdateImage: ["triton image update $IMAGE name=my-renamed-image", "sdc-updateimage --name=my-renamed-image $IMAGE"],
  CloneImage: [`triton image clone ${shared}`],
  DeleteImage: ["triton image delete --force $IMAGE", "sdc-deleteimage $IMAGE"],
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
  return ["triton cloudapi", quotePath(path), ...more.map(quoteWord)].join(" ");
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
    { lang: "JavaScript", label: `${operation}, fetch: ${exchange.title}`, source: formatFetch(exchange) },
  ]),
  ...listClientCommands(operation, examples[0]).map(
    ({ client, source }): CodeSample => ({ lang: "Shell", label: `${operation}, ${client}`, source }),
  ),
];
