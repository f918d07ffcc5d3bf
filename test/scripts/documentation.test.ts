import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCurl } from "../support/curl.ts";
import { blocks, countExceptions, countShellBlocks, DocumentedService, needsClients } from "../support/documents.ts";
import type { Ended } from "../support/started.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const service = new DocumentedService();

beforeAll(() => service.start());
afterAll(() => service.stop());

/** Runs a block that must succeed and print nothing on stderr. */
async function runOk(name: string, more?: string): Promise<string> {
  const { code, stdout, stderr }: Ended = await service.runBlock(name, more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** curl shows its progress on stderr when it prints headers to a pipe. */
const runCurl = async (name: string) => readCurl((await service.runBlock(name)).stdout);

/** The blocks that this test runs, and what their documents say comes of them. `test/clients` has the others. */
const expectations: Readonly<Record<string, () => Promise<void>>> = {
  "sign-date": async () => {
    const { status, json } = await runCurl("sign-date");
    expect([status, json]).toEqual([200, [expect.objectContaining({ id: image })]]);
  },

  "sign-request-target": async () => {
    const { status, json } = await runCurl("sign-request-target");
    expect([status, json]).toEqual([200, expect.objectContaining({ id: image, description: "signed whole" })]);
  },

  "safe-update": async () => {
    const retry = `edge POST "$IMAGE?action=update" -H "If-Match: $etag" -H "Idempotency-Key: $key" \\
      -H 'Content-Type: application/json' -d '{"tags":{"role":"db"}}' -i -o retried.txt`;
    const [status = "", body = ""] = (await runOk("safe-update", `echo\n${retry}`)).split("\n");
    expect([status, JSON.parse(body)]).toEqual(["200", expect.objectContaining({ id: image, tags: { role: "db" } })]);
    const retried = await readCurl(readFileSync(join(service.folder, "retried.txt"), "utf8"));
    expect([retried.status, retried.headers.get("Idempotent-Replayed"), retried.text]).toEqual([200, "true", body]);
  },

  "read-audit": async () => {
    const entries: { changes: object }[] = JSON.parse(await runOk("read-audit"));
    const update = entries.find(({ changes }) => "tags" in changes);
    expect(update).toEqual({
      action: "update",
      success: "yes",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      caller: {
        type: "signature",
        keyId: expect.stringMatching(/^\/demo\/keys\/SHA256:/),
        account: "47034e57-42d1-0342-b302-00db733e8c8a",
        requestId: expect.any(String),
      },
      revision: expect.any(Number),
      changes: { tags: { before: null, after: { role: "db" } } },
    });
  },

  "share-with-many": async () => {
    const { acl } = JSON.parse(await runOk("share-with-many")) as { acl: string[] };
    expect(acl).toEqual(Array.from({ length: 50 }, (_, at) => `a1b2c3d4-0000-4000-8000-0000000000${at + 10}`));
  },

  undo: async () => {
    const printed = await runOk("undo");
    const [first = "{}", changed, last = "{}"] = printed.replace(/\}changed/i, "}\nchanged").split(/\r?\n/);
    expect(JSON.parse(first)).toMatchObject({ id: image });
    expect(changed?.toLowerCase()).toContain("changed-fields: ");
    const { acl: _, ...reverted } = JSON.parse(last);
    expect(reverted).toEqual(JSON.parse(first));
  },

  "add-account": async () => {
    expect(await runOk("add-account")).toContain(
      "carol.json: accounts 1 added, 0 replaced, 0 unchanged; images 0 added, 0 replaced, 0 unchanged\n",
    );
  },

  "back-up-and-restore": async () => {
    expect(await runOk("back-up-and-restore")).toMatch(
      /backup\.json: accounts 0 added, 0 replaced, [1-9] unchanged; images 0 added, 0 replaced, 1 unchanged\n$/,
    );
  },
};

describe("the shell blocks of the documents", () => {
  it("are all run or excepted", () => {
    expect(blocks.length + countExceptions()).toBe(countShellBlocks());
  });

  const names = blocks.filter((block) => !needsClients(block)).map(({ name }) => name);

  it("that need no client are those that this test runs", () => {
    expect([...names].sort()).toEqual(Object.keys(expectations).sort());
  });

  it.each(names)("do what the document says: %s", async (name) => {
    await expectations[name]?.();
  });
});
