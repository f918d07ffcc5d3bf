import { CloudApiError, show } from "../errors.ts";
import { type Algorithm, findAlgorithm } from "./algorithms.ts";
import { makeNotSigned } from "./refusals.ts";

/** A parsed Authorization header. Only its form is checked. docs/contract.md#authentication */
export type SignatureHeader = {
  /** `cavage` signs a list of headers; `legacy` (0.9) the Date header's value alone. */
  form: "cavage" | "legacy";
  keyId: string;
  algorithm: Algorithm;
  /** The signed names in lower case. Undefined if the header has no list. */
  signedNames: readonly string[] | undefined;
  /** Base64 as sent. */
  signature: string;
  /** All parameters as sent, by name. */
  parameters: ReadonlyMap<string, string>;
};

const maxHeaderCharacters = 8192;
const maxSignedNames = 32;

/** `name="value"` or `name=123`, and the comma or white space after it. Sticky: nothing is skipped. */
const parameter = /([A-Za-z][\w-]*)=(?:"([^"]*)"|(\d+))([ \t]*,[ \t]*|[ \t]+|$)/y;

/**
 * Parses an Authorization header.
 *
 * @throws {CloudApiError} InvalidCredentials when there is none or its scheme is another; InvalidHeader when it is
 * malformed, lacks a parameter or names an algorithm that is not supported
 */
export function parseAuthorization(header: string | undefined): SignatureHeader {
  if (!header || !/^Signature(?:[ \t]|$)/i.test(header)) throw makeNotSigned();
  if (header.length > maxHeaderCharacters) throw makeMalformed(`it is over ${maxHeaderCharacters} characters`);

  const { parameters, rest } = parseParameters(header.slice("Signature".length).trim());
  const form = rest === "" ? "cavage" : "legacy";
  const keyId = requireParameter(parameters, "keyId");
  const algorithm = findAlgorithm(requireParameter(parameters, "algorithm"));
  const signature = form === "legacy" ? rest : requireParameter(parameters, "signature");
  if (form === "legacy") assertLegacyForm(parameters, algorithm);
  return { form, keyId, algorithm, signedNames: parseSignedNames(parameters.get("headers")), signature, parameters };
}

/** The parameters, and the text after the last one: the signature of the legacy form. */
function parseParameters(text: string): { parameters: Map<string, string>; rest: string } {
  const parameters = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    parameter.lastIndex = at;
    const matched = parameter.exec(text);
    if (!matched) throw makeMalformed(`no parameter of the form name="value" at ${show(text.slice(at))}`);
    const [whole, name = "", quoted, digits, separator = ""] = matched;
    if (parameters.has(name)) throw makeMalformed(`the parameter ${show(name)} is repeated`);
    parameters.set(name, quoted ?? digits ?? "");
    at += whole.length;
    if (separator.includes(",")) {
      if (at === text.length) throw makeMalformed("it ends with a comma");
    } else {
      return { parameters, rest: text.slice(at) };
    }
  }
  return { parameters, rest: "" };
}

/** http-signature 0.9, spoken by smartdc 7 and pkgcloud: `date` alone is signed, and keys are RSA. */
function assertLegacyForm(parameters: ReadonlyMap<string, string>, algorithm: Algorithm): void {
  if (parameters.has("signature")) throw makeMalformed("text stands after the parameters, and signature is given too");
  const list = parameters.get("headers");
  if (list !== undefined && list.toLowerCase() !== "date") {
    throw makeMalformed(`the form without signature="…" signs date alone; headers lists ${show(list)}`);
  }
  if (algorithm.family !== "rsa")
    throw makeMalformed(`the form without signature="…" is for RSA keys; ${algorithm.name} was named`);
}

function requireParameter(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name);
  if (!value) throw makeMalformed(`the parameter ${name} is missing`);
  return value;
}

function parseSignedNames(list: string | undefined): readonly string[] | undefined {
  if (list === undefined) return undefined;
  const names = list.toLowerCase().split(/ +/).filter(Boolean);
  if (names.length > maxSignedNames)
    throw makeMalformed(`headers lists ${names.length} names; the limit is ${maxSignedNames}`);
  return names;
}

const makeMalformed = (problem: string): CloudApiError =>
  new CloudApiError("InvalidHeader", `Authorization is malformed: ${problem}`);
