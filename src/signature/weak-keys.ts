import type { PublicKey } from "./public-key.ts";

/** y of the points of small order, little-endian, without the sign of x. Anyone can sign for them. RFC 8032 §5.1 */
const smallOrder: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** Finds why a key of the right form protects nothing, as a sentence; undefined when it does. */
export const findWeakness = ({ kind, wire }: PublicKey): string | undefined =>
  ({ rsa: findRsaWeakness, ecdsa: () => undefined, ed25519: findEd25519Weakness })[kind](wire);

/** The modulus ends the wire form. An even one, a power of two too, is no product of two large primes. */
const findRsaWeakness = (wire: Uint8Array): string | undefined =>
  (wire.at(-1) ?? 0) % 2 === 0 ? "the RSA key's modulus is even, so anyone can find its private key" : undefined;

/** The point ends the wire form: 32 bytes, the sign of x in the highest bit. */
function findEd25519Weakness(wire: Uint8Array): string | undefined {
  const y = Uint8Array.from(wire.subarray(-32));
  y[31] = (y[31] ?? 0) & 0x7f;
  const isCanonical = y[31] !== 0x7f || (y[0] ?? 0) < 0xed || y.subarray(1, 31).some((byte) => byte !== 0xff);
  if (!isCanonical) return "the Ed25519 key's point is not in its canonical encoding";
  const hex = Array.from(y, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return smallOrder.has(hex) ? "the Ed25519 key's point is of small order, so anyone can sign for it" : undefined;
}
