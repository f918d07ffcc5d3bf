import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { cacheControlOf } from "./pages.ts";

/** The bytes of a static file in each coding that is served. */
export type Codings = Readonly<Record<"identity" | "gzip" | "br", Buffer>>;

/** Compresses a file. All of them take a tenth of a second: those that a browser keeps are compressed further. */
export function compress(file: string, text: string): Codings {
  const quality = cacheControlOf(file).includes("immutable") ? 10 : 5;
  return {
    identity: Buffer.from(text),
    gzip: gzipSync(text, { level: 9 }),
    br: brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
  };
}
