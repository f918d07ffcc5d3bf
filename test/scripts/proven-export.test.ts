import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, test } from "vitest";
import { openDatabase } from "../../scripts/provisioning/database.ts";
import { formatDump } from "../../scripts/provisioning/dump.ts";
import { Proof } from "../../scripts/provisioning/proof.ts";
import { assertReadsJson } from "../../scripts/running/node-version.ts";
import { loader, loaderAccount } from "../support/loader.ts";
import { run } from "../support/started.ts";
import { makeUuid } from "../support/uuids.ts";

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-proven-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Keys that JSON escapes, each followed by one that a faulty Node takes for it; quotes, pairs, separators, numbers. */
const pieces = [
  "\\",
  "\n",
  '"',
  "\u0001",
  "\u007f",
  "\u2028",
  "🦫",
  "é",
  "'",
  "{",
  "[",
  ":",
  ",",
  "__proto__",
  "1",
  "$.a",
  "\\n",
  '\\"',
];
const hostile = Array.from(
  { length: 1000 },
  (_, at) =>
    pieces[at % pieces.length] + (pieces[Math.floor(at / pieces.length) % pieces.length] ?? "") + (at < 18 ? "" : at),
);
const tags = Object.fromEntries(hostile.map((key, at) => [key, at % 3 === 0 ? { [key]: key } : key]));

const image = { uuid: makeUuid(1), owner: loader.uuid, name: "n", version: "1", os: "smartos", type: "zone-dataset" };

const provision = (state: string, file: string) =>
  run(process.execPath, ["scripts/provision.ts", "--state", join(folder, state), file]);

/** The text of the columns as the database holds it. */
async function readStored(state: string) {
  const { db, close } = await openDatabase({ state: join(folder, state) });
  const stored = await db.batch([
    db.prepare("SELECT uuid, tags, revision FROM images ORDER BY uuid").bind(),
    db.prepare("SELECT image, revision, tags, changed FROM image_history ORDER BY image, revision").bind(),
  ]);
  await close();
  return stored;
}

it.each(["a file", "a pipe"])(
  "an export to %s and its restore keep 1 000 hostile keys byte for byte",
  async (output) => {
    const [first, second] = [`from ${output}`, `to ${output}`];
    const file = join(folder, `${output}.json`);
    const accounts = [{ ...loaderAccount, city: "\u2028\\" }];
    writeFileSync(
      file,
      JSON.stringify({
        accounts,
        images: [
          { ...image, tags },
          { ...image, uuid: makeUuid(2), tags: {} },
        ],
      }),
    );
    expect(await provision(first, file)).toMatchObject({ code: 0, stderr: "" });
    // As adding tags one by one leaves them: Node would write the 1 before the b.
    const { db, close } = await openDatabase({ state: join(folder, first) });
    await db.prepare(`UPDATE images SET tags = '{"b":1,"1":2}', revision = 2 WHERE uuid = ?`).bind(makeUuid(2)).all();
    await close();
    const backup = join(folder, `${output}-backup.json`);
    const command = `"$0" scripts/export.ts --history --state "$1" ${output === "a pipe" ? "| cat" : ""} > "$2"`;
    const exported = await run("sh", ["-c", command, process.execPath, join(folder, first), backup]);
    expect(exported).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await provision(second, backup)).toMatchObject({ code: 0, stderr: "" });
    const sorted = (stored: unknown) =>
      JSON.stringify(stored).replaceAll(String.raw`{\"b\":1,\"1\":2}`, String.raw`{\"1\":2,\"b\":1}`);
    expect(sorted(await readStored(second))).toBe(sorted(await readStored(first)));
    expect(JSON.stringify(await readStored(first))).toContain(JSON.stringify(JSON.stringify(tags)));
  },
);

test("an export whose text is not what the database holds is not done, and its entry is named", async () => {
  const { db, close } = await openDatabase({ state: join(folder, "from a file") });
  const prove = async (alter: (text: string) => string) => {
    const proof = new Proof();
    for await (const text of formatDump(db, { hasHistory: true, proof }))
      for (const one of alter(text)) proof.read(one);
    proof.end();
  };
  await prove((text) => text);
  const wrong = "the export is not what the database holds, do not use it";
  await expect(prove((text) => text.replace(String.raw`"\\":`, String.raw`"\n":`))).rejects.toThrow(
    new Error(`${wrong}: entry 2 (${makeUuid(1)})`),
  );
  await expect(prove((text) => text.replace('"operation": "provision"', '"operation": "update"'))).rejects.toThrow(
    wrong,
  );
  await expect(prove((text) => text.replace("loader", "louder"))).rejects.toThrow(`${wrong}: entry 1 (${loader.uuid})`);
  await expect(prove((text) => (text.includes(makeUuid(2)) ? "" : text))).rejects.toThrow(
    new Error(`${wrong}: it has 2 of 3 entries`),
  );
  await close();
});

test("a Node that now and then misreads an escaped key is refused", () => {
  expect(() => assertReadsJson()).not.toThrow();
  let reads = 0;
  const faulty = (text: string) => {
    reads += 1;
    return JSON.parse(reads === 700 ? text.replace(String.raw`"\n"`, String.raw`"\\"`) : text);
  };
  expect(() => assertReadsJson(faulty)).toThrow(
    "misreads escaped keys of JSON (nodejs/node#63785): nothing was read or written",
  );
});
