import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findMistakes } from "../../scripts/check-layers.ts";

const src = join(import.meta.dirname, "../../src");
const copy = mkdtempSync(join(tmpdir(), "cloudapi-edge-layers-"));
cpSync(src, copy, { recursive: true });

afterAll(() => rmSync(copy, { recursive: true }));

/** What the check says of a file that is planted in a copy of `src/`. */
function plant(file: string, text: string): string[] {
  const path = join(copy, file);
  writeFileSync(path, text);
  const found = findMistakes(copy);
  rmSync(path);
  return found;
}

describe("the layers of src/", () => {
  it("hold: no import points up", () => {
    expect(findMistakes(src)).toEqual([]);
  });

  it.each([
    ["signature/planted.ts", 'import type { AppEnv } from "../context.ts";'],
    ["planted.ts", 'import { images } from "./db/schema.ts";'],
    ["images/planted.sql.ts", 'import { parseTags } from "./rules/tags.ts";'],
    ["images/rules/planted.ts", 'export { answerJson } from "../../http/answer.ts";'],
    ["images/rules/planted.ts", 'import { type A, toWriteValues } from "../write-outcome.sql.ts";'],
    ["accounts/rules/planted.ts", 'import { accounts } from "../../db/account-schema.ts";'],
    ["images/planted.ts", 'const later = import("../accounts/keys.ts");'],
    ["accounts/planted.sql.ts", 'import "../images/update-image.sql.ts";'],
    ["http/planted.ts", 'import { asCaller } from "../caller/as-caller.ts";'],
    ["elsewhere.ts", 'import { app } from "./app.ts";'],
  ])("do not hold with %s: %s", (file, text) => {
    expect(plant(file, text)).toEqual([expect.stringContaining(`src/${file} (`)]);
  });
});
