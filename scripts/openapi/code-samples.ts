import type { Operation } from "../../src/operations.ts";
import { quoteWord } from "../running/program.ts";
import { listClientCommands } from "./client-commands.ts";
import type { Examples, Exchange } from "./exchange.ts";

/** How to make the request of an example. */
export type CodeSample = { lang: "Shell" | "TypeScript"; label: string; source: string };

/** What the shell samples run after: the service and the key of `npm start`'s demo. */
export const shellPreamble = "URL=http://127.0.0.1:8787 KEY=.local/.ssh/id_rsa KEY_ID=/demo/keys/demo";

/** What the samples of triton and sdc run after: the same, as these clients read it. */
export const clientPreamble = `export TRITON_PROFILE=env SDC_URL=http://127.0.0.1:8787 SDC_ACCOUNT=demo HOME=$PWD/.local
export SDC_KEY_ID=$(ssh-keygen -l -E md5 -f .local/.ssh/id_rsa.pub | sed 's/.*MD5:\\([^ ]*\\).*/\\1/')`;

/** What the TypeScript samples stand below: a request signed with Node's own modules. */
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

/** Headers of an example's request beside its signature. */
const listHeaders = ({ headers, body }: Exchange): [string, string][] =>
  Object.entries({
    "Api-Version": "~9",
    ...(body !== undefined && { "Content-Type": "application/json" }),
    ...headers,
  });

const isUnsigned = ({ path }: Exchange): boolean => path.startsWith("/--");

/** The request with curl, signed by openssl; runs after {@link shellPreamble}. */
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

/** The request with fetch; stands below {@link fetchPreamble}. */
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

/** Samples of every example of an operation: curl and fetch, and the clients' commands once. */
export const makeCodeSamples = (operation: Operation, examples: Examples): CodeSample[] => [
  ...examples.flatMap((exchange): CodeSample[] => [
    { lang: "Shell", label: `${operation}, curl: ${exchange.title}`, source: formatCurl(exchange) },
    { lang: "TypeScript", label: `${operation}, fetch: ${exchange.title}`, source: formatFetch(exchange) },
  ]),
  ...listClientCommands(operation, examples[0]).map(
    ({ client, source }): CodeSample => ({ lang: "Shell", label: `${operation}, ${client}`, source }),
  ),
];
