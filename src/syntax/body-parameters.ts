import { CloudApiError, show } from "../errors.ts";
import { isObject } from "../text.ts";
import { collectPairs, decodeForm, type RequestParameters } from "./form.ts";
import { describeInexact, findInexactNumber } from "./inexact-number.ts";
import { findJsonMistake, locate } from "./json-syntax.ts";

/**
 * Reads the values of a request body by name, as its Content-Type says. An empty body has none. docs/contract.md#body
 *
 * @param arrayName the name of a value that may be sent alone, as a JSON array
 * @throws {CloudApiError} BadRequest, InvalidContent, UnsupportedMediaTypeError
 */
export async function readBodyParameters(
  body: Uint8Array,
  headers: Headers,
  arrayName?: string,
): Promise<RequestParameters> {
  return body.length === 0 ? {} : await findReader(headers)(body, { headers, arrayName });
}

type ReadOptions = { headers: Headers; arrayName: string | undefined };
type BodyReader = (body: Uint8Array, options: ReadOptions) => RequestParameters | Promise<RequestParameters>;

/** Reads a body of each media type. No type at all is JSON: the published example sends none (ours). */
const bodyReaders = new Map<string, BodyReader>([
  ["", readJson],
  ["application/json", readJson],
  ["application/x-www-form-urlencoded", readForm],
  ["multipart/form-data", readMultipart],
]);

/** The media type of a Content-Type, in lower case, without parameters. */
export const readMediaType = (contentType: string): string => contentType.split(";", 1).join().trim().toLowerCase();

/** Whether a body of this Content-Type is read as a form, plain or multipart. */
export function isFormType(contentType = ""): boolean {
  const type = readMediaType(contentType);
  return type !== "" && type !== "application/json";
}

function findReader(headers: Headers): BodyReader {
  const coding = headers.get("Content-Encoding")?.trim().toLowerCase();
  if (coding && coding !== "identity") {
    throw new CloudApiError(
      "UnsupportedMediaTypeError",
      `Content-Encoding ${show(coding)} is not supported; send the body uncoded`,
    );
  }
  const contentType = headers.get("Content-Type") ?? "";
  const reader = bodyReaders.get(readMediaType(contentType));
  if (reader) return reader;
  const supported = [...bodyReaders.keys()].filter(Boolean).join(", ");
  throw new CloudApiError(
    "UnsupportedMediaTypeError",
    `Content-Type ${show(contentType)} is not supported; supported: ${supported}`,
  );
}

// `ignoreBOM` false skips a leading BOM; `fatal` refuses what is not UTF-8.
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
const lenientDecoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: false });

function decodeUtf8(body: Uint8Array, prefix: string): string {
  const text = lenientDecoder.decode(body);
  // If nothing was replaced, nothing is wrong. The strict decoder takes several times as long.
  if (!text.includes("\uFFFD")) return text;
  try {
    return strictDecoder.decode(body);
  } catch {
    throw new CloudApiError("InvalidContent", `${prefix}the body is not UTF-8`);
  }
}

function readJson(body: Uint8Array, { arrayName }: ReadOptions): RequestParameters {
  const prefix = "Invalid JSON: ";
  const text = decodeUtf8(body, prefix);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const mistake = findJsonMistake(text) ?? { problem: "it cannot be read", offset: 0 };
    throw new CloudApiError("InvalidContent", `${prefix}${mistake.problem} at ${locate(text, mistake.offset)}`);
  }
  const inexact = findInexactNumber(text);
  if (inexact) throw makeInvalid(inexact.path[0] ?? "", describeInexact(inexact));
  if (value === null) return {};
  if (Array.isArray(value) && arrayName !== undefined) return { [arrayName]: value };
  if (isObject(value)) return value;
  const rule = arrayName === undefined ? "a JSON object" : "a JSON array or object";
  throw new CloudApiError("BadRequest", `the body must be ${rule}; ${show(value)} was sent`);
}

/** The refusal of one value of a body, before any rule of its operation. */
const makeInvalid = (name: string, message: string): CloudApiError =>
  new CloudApiError("ValidationFailed", `invalid data: ${show(name)}`, {
    errors: [{ field: name, code: "Invalid", message }],
  });

function readForm(body: Uint8Array): RequestParameters {
  const text = decodeUtf8(body, "Invalid form: ");
  const { values, undecodable } = decodeForm(text);
  if (undecodable === undefined) return values;
  throw new CloudApiError("InvalidContent", `Invalid form: ${show(undecodable)} is not UTF-8`);
}

/** Reads the parts. A file is read as text: curl sends one for `-F name=@FILE`. */
async function readMultipart(body: Uint8Array, { headers }: ReadOptions): Promise<RequestParameters> {
  const contentType = headers.get("Content-Type") ?? "";
  const form = await new Response(body, { headers: { "Content-Type": contentType } })
    .formData()
    .catch((error: unknown) => {
      throw new CloudApiError(
        "InvalidContent",
        "Invalid multipart: the body does not follow its Content-Type's boundary, or a part has no name",
        { cause: error },
      );
    });
  const texts: [string, string][] = [];
  for (const [name, value] of form) texts.push([name, typeof value === "string" ? value : await readFile(name, value)]);
  assertAsSent(readSentParts(toBinary(body), contentType), texts);
  return collectPairs(texts);
}

async function readFile(name: string, file: File): Promise<string> {
  try {
    return strictDecoder.decode(await file.arrayBuffer());
  } catch {
    throw makeInvalid(name, `${show(name)}: a file that is not UTF-8 text was sent`);
  }
}

/**
 * Refuses what the platform did not read as it was sent: it puts U+FFFD for bytes that are not UTF-8, and drops the backslashes
 * of a name. Browsers and curl write `%22`, `%0D` and `%0A` into a name for what they replace, but leave a `%22` as it is.
 *
 * @param texts the parts as the platform read them
 * @throws {CloudApiError} InvalidContent
 */
function assertAsSent({ names, contents }: SentParts, texts: readonly (readonly [string, string])[]): void {
  const isSent = (sent: ReadonlySet<string>, text: string): boolean =>
    sent.has(toBinary(new TextEncoder().encode(text)));
  for (const [name, value] of texts) {
    // A file's own U+FFFD is found in its bytes like any other text.
    const isUtf8 = [[names, name] as const, [contents, value] as const].every(
      ([sent, text]) => !text.includes("\uFFFD") || isSent(sent, text),
    );
    if (!isUtf8) throw new CloudApiError("InvalidContent", `Invalid multipart: the part ${show(name)} is not UTF-8`);
    if (!isSent(names, name) || /%(?:22|0D|0A)/i.test(name)) {
      const problem = "has a name with a backslash, a quote or a line break";
      throw new CloudApiError(
        "InvalidContent",
        `Invalid multipart: the part ${show(name)} ${problem}; send it as JSON`,
      );
    }
  }
}

/** One character a byte. */
const toBinary = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

/** The names of the parts as they were sent, and their contents without headers and boundaries. One character a byte. */
type SentParts = { names: ReadonlySet<string>; contents: ReadonlySet<string> };

/** Reads the parts of a body. RFC 2046 §5.1.1, RFC 7578 §4.2 */
function readSentParts(body: string, contentType: string): SentParts {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^\s;]*))/i.exec(contentType) ?? [];
  const [names, contents] = [new Set<string>(), new Set<string>()];
  for (const part of body.split(`\r\n--${quoted ?? plain}`)) {
    const end = part.indexOf("\r\n\r\n") + 4;
    const [, text, token = ""] = /;\s*name=(?:"([^"]*)"|([^\s;]*))/i.exec(part.slice(0, end)) ?? [];
    names.add(text ?? token);
    contents.add(part.slice(end));
  }
  return { names, contents };
}
