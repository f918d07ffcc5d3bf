import { concat, fromBase64Url, padTo, toBase64Url, trimZeros } from "./wire.ts";

/** A private key in the form that WebCrypto imports, with its public half. */
export type PrivateJwk = JsonWebKey & { kty: "RSA" | "EC" | "OKP" };

/** Curves of ECDSA: SSH's name, WebCrypto's, the object identifier, the bytes of a coordinate, and the hash that fits. */
export const curves = [
  { ssh: "nistp256", jwk: "P-256", objectId: "1.2.840.10045.3.1.7", size: 32, hash: "SHA-256" },
  { ssh: "nistp384", jwk: "P-384", objectId: "1.3.132.0.34", size: 48, hash: "SHA-384" },
  { ssh: "nistp521", jwk: "P-521", objectId: "1.3.132.0.35", size: 66, hash: "SHA-512" },
] as const;

/** A curve that is known by one of its names. @throws {Error} there is none */
export function findCurve(name: string): (typeof curves)[number] {
  const curve = curves.find(({ ssh, jwk, objectId }) => [ssh, jwk, objectId].some((known) => known === name));
  if (!curve) throw new Error(`the curve ${name} is not supported; use P-256, P-384 or P-521`);
  return curve;
}

/** @param seed 32 bytes @param point 32 bytes */
export const makeEd25519Jwk = (seed: Uint8Array, point: Uint8Array): PrivateJwk => ({
  kty: "OKP",
  crv: "Ed25519",
  d: toBase64Url(seed),
  x: toBase64Url(point),
});

/** @param point uncompressed: 04, x, y @param scalar of any length that fits the curve */
export function makeEcdsaJwk(curveName: string, point: Uint8Array, scalar: Uint8Array): PrivateJwk {
  const { jwk, size } = findCurve(curveName);
  if (point.length !== 1 + 2 * size || point[0] !== 4) throw new Error("the key's point is not uncompressed");
  return {
    kty: "EC",
    crv: jwk,
    x: toBase64Url(point.subarray(1, 1 + size)),
    y: toBase64Url(point.subarray(1 + size)),
    d: toBase64Url(padTo(scalar, size)),
  };
}

/** The numbers of an RSA key, the two that follow from the others among them. */
type RsaNumbers = { n: Uint8Array; e: Uint8Array; d: Uint8Array; p: Uint8Array; q: Uint8Array; qi: Uint8Array };

export function makeRsaJwk({ n, e, d, p, q, qi }: RsaNumbers): PrivateJwk {
  const reduce = (prime: Uint8Array) => fromBigInt(toBigInt(d) % (toBigInt(prime) - 1n));
  const numbers = { n, e, d, p, q, dp: reduce(p), dq: reduce(q), qi };
  return {
    kty: "RSA",
    ...Object.fromEntries(Object.entries(numbers).map(([name, bytes]) => [name, toBase64Url(trimZeros(bytes))])),
  };
}

const toBigInt = (bytes: Uint8Array): bigint =>
  BigInt(`0x0${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`);

function fromBigInt(number: bigint): Uint8Array {
  const hex = number.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Uint8Array.from(even.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** The point of a curve's key, uncompressed. */
export const joinPoint = ({ x, y }: JsonWebKey): Uint8Array =>
  concat([Uint8Array.of(4), fromBase64Url(x), fromBase64Url(y)]);
