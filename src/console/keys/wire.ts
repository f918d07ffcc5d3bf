/** Joins byte strings. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Base64 of bytes. */
export const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** The bytes of base64; white space is skipped. @throws {Error} it is no base64 */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replace(/\s+/g, "")), (character) => character.charCodeAt(0));

/** Base64url of bytes, as a JWK has it. */
export const toBase64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** The bytes of base64url. */
export const fromBase64Url = (text = ""): Uint8Array<ArrayBuffer> =>
  fromBase64(text.replace(/-/g, "+").replace(/_/g, "/"));

/** A number without leading zeros; zero is one byte. */
export function trimZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? new Uint8Array(1) : bytes.subarray(first);
}

/** A number in exactly `size` bytes. @throws {Error} it is longer */
export function padTo(bytes: Uint8Array, size: number): Uint8Array {
  const trimmed = trimZeros(bytes);
  if (trimmed.length > size) throw new Error("a number is longer than its key");
  return concat([new Uint8Array(size - trimmed.length), trimmed]);
}

/** A positive number with a leading zero where its first bit is set: SSH's mpint and DER's INTEGER. */
export function toSigned(bytes: Uint8Array): Uint8Array {
  const trimmed = trimZeros(bytes);
  return (trimmed[0] ?? 0) >= 0x80 ? concat([new Uint8Array(1), trimmed]) : trimmed;
}

/** A string of SSH's wire form: four bytes of length, then the bytes. @see https://www.rfc-editor.org/rfc/rfc4251#section-5 */
export function toSshString(value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concat([length, bytes]);
}

/** Reads SSH's wire form from its beginning. */
export class SshReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @throws {Error} there are fewer bytes */
  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error("the key ends too early");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** What was not read yet. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  readNumber(): number {
    const [first = 0, second = 0, third = 0, fourth = 0] = this.take(4);
    return first * 0x1000000 + second * 0x10000 + third * 0x100 + fourth;
  }

  readString(): Uint8Array {
    return this.take(this.readNumber());
  }

  readText(): string {
    return new TextDecoder().decode(this.readString());
  }
}
