/** An element of DER: its tag, and what it holds. */
export type DerElement = { tag: number; content: Uint8Array };

/** Tags of DER that key files use. */
export const derTag = { integer: 0x02, bits: 0x03, octets: 0x04, objectId: 0x06, sequence: 0x30 } as const;

/** The elements that bytes hold, one after the other. @throws {Error} they are no DER */
export function readElements(der: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < der.length; ) {
    const tag = der[at] ?? 0;
    const { length, start } = readLength(der, at + 1);
    if (start + length > der.length) throw new Error("the key ends too early");
    elements.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}

function readLength(der: Uint8Array, at: number): { length: number; start: number } {
  const first = der[at] ?? 0;
  if (first < 0x80) return { length: first, start: at + 1 };
  const bytes = first - 0x80;
  if (bytes === 0 || bytes > 3) throw new Error("a length is not DER");
  const length = der.subarray(at + 1, at + 1 + bytes).reduce((sum, byte) => sum * 256 + byte, 0);
  return { length, start: at + 1 + bytes };
}

/** What the one element of these bytes holds. @throws {Error} it has another tag */
export function readOne(der: Uint8Array, tag: number): Uint8Array {
  const [element] = readElements(der);
  return requireTag(element, tag);
}

/** @throws {Error} the element is missing, or has another tag */
export function requireTag(element: DerElement | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw new Error("the key has another form than its first line says");
  return element.content;
}

/** An object identifier in dots: `1.3.101.112`. */
export function formatObjectId(content: Uint8Array): string {
  const [first = 0] = content;
  const numbers = [Math.min(Math.floor(first / 40), 2), first - 40 * Math.min(Math.floor(first / 40), 2)];
  let number = 0;
  for (const byte of content.subarray(1)) {
    number = number * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  return numbers.join(".");
}
