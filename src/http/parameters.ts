import type { Context } from "hono";
import type { AppEnv, Parameters } from "../env.ts";
import { CloudApiError, shown } from "../errors.ts";
import { collected, formDecoded, undecodablePair } from "./form.ts";
import { jsonMistake, placeOf } from "./json-syntax.ts";
import { rawTarget } from "./raw-target.ts";

/**
 * The parameters of a request: the query's, then the body's, which win (CONTRACT §5; restify's mapParams does so).
 * Read once a request, on first use.
 *
 * @throws {CloudApiError} BadRequest, InvalidContent, UnsupportedMediaTypeError
 */
export function requestParameters(c: Context<AppEnv>): Promise<Parameters> {
  const known: Promise<Parameters> | undefined = c.get("parameters");
  if (known) return known;
  const read = readParameters(c);
  c.set("parameters", read);
  return read;
}

/** The query as form-decoded values, read once a request; escapes that cannot be decoded stay as they are. */
export function queryValues(c: Context<AppEnv>): Parameters {
  const known: Parameters | undefined = c.get("query");
  if (known) return known;
  const read = formDecoded(rawTarget(c.req.raw.url).query ?? "");
  c.set("query", read);
  return read;
}

/** The query's parameters alone. @throws {CloudApiError} BadRequest on an escape that cannot be decoded */
export function queryParameters(c: Context<AppEnv>): Parameters {
  const { query = "" } = rawTarget(c.req.raw.url);
  const undecodable = query.includes("%") ? undecodablePair(query) : undefined;
  if (undecodable !== undefined) {
    throw new CloudApiError("BadRequest", `the query part ${shown(undecodable)} has an escape that cannot be decoded`);
  }
  return queryValues(c);
}

async function readParameters(c: Context<AppEnv>): Promise<Parameters> {
  const query = queryParameters(c);
  const body = c.get("body");
  const { headers } = c.req.raw;
  const bodyParameters = body.length === 0 ? {} : await bodyReader(headers)(body, headers);
  return Object.assign(Object.create(null), query, bodyParameters);
}

type BodyReader = (body: Uint8Array, headers: Headers) => Parameters | Promise<Parameters>;

/** How a body is read, one row a media type. No type at all is JSON: the published example sends none (ours). */
const bodyReaders = new Map<string, BodyReader>([
  ["", readJson],
  ["application/json", readJson],
  ["application/x-www-form-urlencoded", readForm],
  ["multipart/form-data", readMultipart],
]);

function bodyReader(headers: Headers): BodyReader {
  const coding = headers.get("Content-Encoding")?.trim().toLowerCase();
  if (coding && coding !== "identity") {
    throw new CloudApiError(
      "UnsupportedMediaTypeError",
      `Content-Encoding ${shown(coding)} is not supported; send the body uncoded`,
    );
  }
  const contentType = headers.get("Content-Type") ?? "";
  const reader = bodyReaders.get(contentType.split(";", 1).join().trim().toLowerCase());
  if (reader) return reader;
  const supported = [...bodyReaders.keys()].filter(Boolean).join(", ");
  throw new CloudApiError(
    "UnsupportedMediaTypeError",
    `Content-Type ${shown(contentType)} is not supported; supported: ${supported}`,
  );
}

// `ignoreBOM` false skips a leading BOM; `fatal` refuses what is not UTF-8.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

const lenientDecoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: false });

function utf8Text(body: Uint8Array, prefix: string): string {
  const text = lenientDecoder.decode(body);
  // Where nothing was replaced there was nothing to refuse; refusing what is wrong takes several times as long.
  if (!text.includes("\uFFFD")) return text;
  try {
    return decoder.decode(body);
  } catch {
    throw new CloudApiError("InvalidContent", `${prefix}the body is not UTF-8`);
  }
}

function readJson(body: Uint8Array): Parameters {
  const prefix = "Invalid JSON: ";
  const text = utf8Text(body, prefix);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const mistake = jsonMistake(text) ?? { problem: "it cannot be read", offset: 0 };
    throw new CloudApiError("InvalidContent", `${prefix}${mistake.problem} at ${placeOf(text, mistake.offset)}`);
  }
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new CloudApiError("BadRequest", `the body must be a JSON object; ${shown(value)} was sent`);
  }
  return { ...value };
}

function readForm(body: Uint8Array): Parameters {
  const text = utf8Text(body, "Invalid form: ");
  const undecodable = undecodablePair(text);
  if (undecodable !== undefined) {
    throw new CloudApiError(
      "InvalidContent",
      `Invalid form: ${shown(undecodable)} has an escape that cannot be decoded`,
    );
  }
  return formDecoded(text);
}

/** Text parts only; parts that are files are ignored. */
async function readMultipart(body: Uint8Array, headers: Headers): Promise<Parameters> {
  const form = await new Response(body, { headers: { "Content-Type": headers.get("Content-Type") ?? "" } })
    .formData()
    .catch((error: unknown) => {
      throw new CloudApiError(
        "InvalidContent",
        "Invalid multipart: the body does not follow its Content-Type's boundary",
        {
          cause: error,
        },
      );
    });
  const texts: [string, string][] = [];
  for (const [name, value] of form) if (typeof value === "string") texts.push([name, value]);
  const invalid = partOfNoUtf8(body, texts);
  if (invalid) throw new CloudApiError("InvalidContent", `Invalid multipart: the part ${shown(invalid)} is not UTF-8`);
  return collected(texts);
}

/** The name of the first part whose bytes do not stand in the body: the platform put U+FFFD where they were no UTF-8. */
function partOfNoUtf8(body: Uint8Array, texts: readonly (readonly [string, string])[]): string | undefined {
  const doubtful = texts.filter(([, value]) => value.includes("\uFFFD"));
  if (doubtful.length === 0) return undefined;
  const binary = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
  const whole = binary(body);
  return doubtful.find(([, value]) => !whole.includes(binary(new TextEncoder().encode(value))))?.[0];
}
