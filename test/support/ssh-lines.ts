/** OpenSSH lines made from their fields, for keys that no tool would write. */

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `type base64 comment` of the type and the fields after it. */
export function sshLine(type: string, fields: readonly (Uint8Array | string)[], comment = "made"): string {
  const wire = [type, ...fields].flatMap((field) => {
    const bytes = typeof field === "string" ? bytesOf(field) : field;
    return [0, 0, bytes.length >> 8, bytes.length & 255, ...bytes];
  });
  return `${type} ${btoa(String.fromCharCode(...wire))} ${comment}`.trim();
}

/** An RSA line whose modulus is all ones. */
export const rsaLine = (bits: number, exponent: readonly number[] = [1, 0, 1]): string =>
  sshLine("ssh-rsa", [Uint8Array.from(exponent), Uint8Array.of(0, ...new Array(bits / 8).fill(255))]);
