/**
 * Decodes an ECDSA signature: from the DER that clients send, to the r‖s that WebCrypto takes.
 *
 * Strict, so that a signature has one encoding: lengths exact and shortest, integers minimal and positive, nothing after.
 * A high s is valid, because clients send it.
 *
 * @param size bytes of one coordinate of the curve
 * @returns undefined if malformed
 */
export function decodeEcdsaSignature(der: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  const sequence = readElement(der, 0x30, 0);
  if (!sequence || sequence.end !== der.length) return undefined;
  const r = readElement(der, 0x02, sequence.start);
  const s = r && readElement(der, 0x02, r.end);
  if (!r || !s || s.end !== der.length) return undefined;
  const joined = new Uint8Array(2 * size);
  for (const [index, { start, end }] of [r, s].entries()) {
    const number = readPositiveInteger(der.subarray(start, end));
    if (!number || number.length > size) return undefined;
    joined.set(number, (index + 1) * size - number.length);
  }
  return joined;
}

/** Finds the content of the element at `at`. Undefined if its tag or length is wrong. */
function readElement(der: Uint8Array, tag: number, at: number): { start: number; end: number } | undefined {
  const [actualTag, first = 0, second = 0] = der.subarray(at, at + 3);
  // Up to 127 bytes the short form; a P-521 signature has up to 139 and takes the form 0x81.
  const isLong = first === 0x81 && second >= 0x80;
  if (actualTag !== tag || (first >= 0x80 && !isLong)) return undefined;
  const start = at + (isLong ? 3 : 2);
  const end = start + (isLong ? second : first);
  return end <= der.length ? { start, end } : undefined;
}

/** Returns the magnitude without the sign byte. Undefined if negative, zero, empty or too long. */
function readPositiveInteger(content: Uint8Array): Uint8Array | undefined {
  const [first, second = 0] = content;
  if (first === undefined || first >= 0x80) return undefined;
  if (first !== 0) return content;
  return second >= 0x80 ? content.subarray(1) : undefined;
}
