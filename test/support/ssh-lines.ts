/** OpenSSH lines of keys that no tool writes. */

const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Formats `type base64 comment` from the type and the fields after it. */
export function formatSshLine(type: string, fields: readonly (Uint8Array | string)[], comment = "made"): string {
  const wire = [type, ...fields].flatMap((field) => {
    const bytes = typeof field === "string" ? encodeText(field) : field;
    return [0, 0, bytes.length >> 8, bytes.length & 255, ...bytes];
  });
  return `${type} ${btoa(String.fromCharCode(...wire))} ${comment}`.trim();
}

/** Formats an RSA key whose modulus is all ones. */
export const formatRsaLine = (bits: number, exponent: readonly number[] = [1, 0, 1]): string =>
  formatSshLine("ssh-rsa", [Uint8Array.from(exponent), Uint8Array.of(0, ...new Array(bits / 8).fill(255))]);
