import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "../../src/digest.ts";

describe("decodeBase64", () => {
  it.each<[text: string, bytes: number[]]>([
    ["AA==", [0]],
    ["/w==", [255]],
    ["AAE=", [0, 1]],
    ["+/7/", [251, 254, 255]],
    ["AAECAwQF", [0, 1, 2, 3, 4, 5]],
  ])("reads %j, and encodeBase64 writes it", (text, bytes) => {
    expect(decodeBase64(text)).toEqual(Uint8Array.from(bytes));
    expect(encodeBase64(Uint8Array.from(bytes))).toBe(text);
  });

  it.each([
    ["nothing", ["", "=", "==", "===", "===="]],
    ["without its padding", ["AA", "AAE", "/w", "AAECAwQFAA"]],
    ["with too much padding or too little", ["AA=", "AAE==", "AAAA=", "AAAA==", "A==="]],
    ["with padding before its end", ["AA==AA==", "AAE=AAAA", "A=AA"]],
    ["with a bit after the last byte", ["AB==", "AQ=A", "/x==", "AAF=", "AAH="]],
    ["with other characters", ["A A=", "AA==\n", "AA-_", "AA*=", "AAé=", "A\u0000AA", "\ud83d\ude00AA"]],
  ])("refuses text %s", (_, texts) => {
    for (const text of texts) expect(decodeBase64(text), JSON.stringify(text)).toBeUndefined();
  });
});
