import { derTag, formatObjectId, readElements, readOne, requireTag } from "./der-reader.ts";
import { KeyFileRefused } from "./key-file-refused.ts";
import { makeEcdsaJwk, makeRsaJwk, type PrivateJwk } from "./private-jwk.ts";

/** Reads PKCS#8. @see https://www.rfc-editor.org/rfc/rfc5958#section-2 */
export async function readPkcs8(der: Uint8Array<ArrayBuffer>): Promise<PrivateJwk> {
  const [, algorithm, key] = readElements(readOne(der, derTag.sequence));
  const [name, parameter] = readElements(requireTag(algorithm, derTag.sequence));
  const objectId = formatObjectId(requireTag(name, derTag.objectId));
  const content = requireTag(key, derTag.octets);
  if (objectId === "1.2.840.113549.1.1.1") return readPkcs1(content);
  if (objectId === "1.2.840.10045.2.1") {
    return readSec1(content, formatObjectId(requireTag(parameter, derTag.objectId)));
  }
  if (objectId === "1.3.101.112") return await readEd25519(der);
  throw new KeyFileRefused(`Keys of the kind ${objectId} cannot sign here. Use Ed25519, ECDSA or RSA.`);
}

/** Reads an RSA key in its own form. @see https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2 */
export function readPkcs1(der: Uint8Array): PrivateJwk {
  const numbers = readElements(readOne(der, derTag.sequence)).map((element) => requireTag(element, derTag.integer));
  const [, n, e, d, p, q, , , qi] = numbers;
  if (!n || !e || !d || !p || !q || !qi) throw new Error("the key ends too early");
  return makeRsaJwk({ n, e, d, p, q, qi });
}

/** Tags of the two optional parts of an ECDSA key. */
const [parametersTag, pointTag] = [0xa0, 0xa1];

/** Reads an ECDSA key in its own form. @see https://www.rfc-editor.org/rfc/rfc5915#section-3 */
export function readSec1(der: Uint8Array, curve?: string): PrivateJwk {
  const elements = readElements(readOne(der, derTag.sequence));
  const scalar = requireTag(elements[1], derTag.octets);
  const parameters = elements.find(({ tag }) => tag === parametersTag);
  const point = elements.find(({ tag }) => tag === pointTag);
  const name = curve ?? (parameters && formatObjectId(readOne(parameters.content, derTag.objectId)));
  if (name === undefined || !point) {
    throw new KeyFileRefused("The key lacks its curve or its public half. Write it anew: openssl ec -in FILE -out NEW");
  }
  // A string of bits begins with the number of those that do not count.
  return makeEcdsaJwk(name, readOne(point.content, derTag.bits).subarray(1), scalar);
}

/** WebCrypto works out the public half, which the file lacks. */
async function readEd25519(der: Uint8Array<ArrayBuffer>): Promise<PrivateJwk> {
  const imported = await crypto.subtle.importKey("pkcs8", der, "Ed25519", true, ["sign"]);
  const { d, x } = await crypto.subtle.exportKey("jwk", imported);
  return { kty: "OKP", crv: "Ed25519", ...(d && { d }), ...(x && { x }) };
}
