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
        "Invalid multipart: the body does not follow its Content-Type's boundary",
        { cause: error },
      );
    });
  const texts: [string, string][] = [];
  for (const [name, value] of form) texts.push([name, typeof value === "string" ? value : await readFile(name, value)]);
  const invalid = findPartNotUtf8({ body, contentType }, texts);
  if (invalid) throw new CloudApiError("InvalidContent", `Invalid multipart: the part ${show(invalid)} is not UTF-8`);
  return collectPairs(texts);
}

async function readFile(name: string, file: File): Promise<string> {
  try {
    return strictDecoder.decode(await file.arrayBuffer());
  } catch {
    throw makeInvalid(name, `${show(name)}: a file that is not UTF-8 text was sent`);
  }
}

/** Finds the first part that the platform had to mend: it puts U+FFFD for bytes that are not UTF-8. */
function findPartNotUtf8(
  { body, contentType }: { body: Uint8Array; contentType: string },
  texts: readonly (readonly [string, string])[],
): string | undefined {
  // A file's own U+FFFD is found in its bytes like any other text.
  const doubtful = texts.filter(([, value]) => value.includes("\uFFFD"));
  if (doubtful.length === 0) return undefined;
  const sent = readPartContents(toBinary(body), contentType);
  return doubtful.find(([, value]) => !sent.has(toBinary(new TextEncoder().encode(value))))?.[0];
}

/** One character a byte. */
const toBinary = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

/** The contents of the parts, without headers and boundaries. RFC 2046 §5.1.1 */
function readPartContents(body: string, contentType: string): Set<string> {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^\s;]*))/i.exec(contentType) ?? [];
  const parts = body.split(`\r\n--${quoted ?? plain}`);
  return new Set(parts.map((part) => part.slice(part.indexOf("\r\n\r\n") + 4)));
}
