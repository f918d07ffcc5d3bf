import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { readCurl } from "../support/curl.ts";
import { blocks, countExceptions, countShellBlocks, DocumentedService, needsClients } from "../support/documents.ts";
import { parseLines } from "../support/following.ts";
import type { Ended } from "../support/started.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const service = new DocumentedService(inject("shared")["npm start"]);

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

  follow: async () => {
    const [first, ...more] = parseLines(await runOk("follow"));
    expect(first).toMatchObject({ action: "provision", image, revision: 1, cursor: expect.any(String) });
    expect(readFileSync(join(service.folder, ".local/changes.cursor"), "utf8")).toBe(
      `${(more.at(-1) ?? first)?.["cursor"]}\n`,
    );
  },

  "follow-exec": async () => {
    expect(await runOk("follow-exec")).toBe("");
    const [first] = parseLines(readFileSync(join(service.folder, ".local/mirror.jsonl"), "utf8"));
    expect(first).toMatchObject({ action: "provision", image, revision: 1 });
  },

  "changes-curl": async () => {
    const entries: { cursor: string }[] = JSON.parse(await runOk("changes-curl"));
    expect(entries[0]).toMatchObject({ action: "provision", image, revision: 1 });
    expect(readFileSync(join(service.folder, ".local/curl.cursor"), "utf8")).toBe(`${entries.at(-1)?.cursor}\n`);
    // The safe update before it runs once more.
    const next: { changes: object }[] = JSON.parse(await runOk("changes-curl"));
    expect(next.every(({ changes }) => "tags" in changes)).toBe(true);
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
      "carol.json: accounts 1 added, 0 replaced, 0 unchanged; keys 1 added, 0 removed; images 0 added, 0 replaced, 0 unchanged\n",
    );
  },

  "ask-health": async () => {
    const answer = { healthy: true, milliseconds: expect.any(Number), age: expect.any(Number), readOnly: false };
    expect(JSON.parse(await runOk("ask-health"))).toEqual(answer);
  },

  "night-throttled": async () => {
    const lines = (await runOnLog("night-throttled")).map((line) => line.trim());
    expect(lines).toEqual(['2 "account":"c"', '1 "account":"b"']);
  },

  "night-slow": async () => {
    const [first = "", second = "", ...rest] = await runOnLog("night-slow");
    expect([first.split(" ")[0], second.split(" ")[0], rest.length]).toEqual(["1900", "12", nightLog.length - 2]);
    expect(first).toContain('"operation":"ListImages"');
  },

  "night-changed": async () => {
    expect((await runOnLog("night-changed")).map((line) => JSON.parse(line))).toEqual([nightLog[0]]);
  },

  "check-state": async () => {
    expect(await runOk("check-state")).toMatch(/^ok {5}integrity: ok$/m);
  },

  rehearse: async () => {
    const account = "accounts 0 added, 0 replaced, 1 unchanged; images 0 added, 0 replaced, 0 unchanged";
    expect(await runOk("rehearse")).toContain(`carol.json: ${account} (dry run: nothing was changed)\n`);
  },

  "back-up-and-restore": async () => {
    const printed = await runOk("back-up-and-restore");
    expect(printed).toMatch(
      /backup\.json: accounts [1-9] added, 0 replaced, 0 unchanged; keys [1-9] added, 0 removed; images 1 added, 0 replaced, 0 unchanged; revisions [1-9]\d* added\n$/,
    );
  },
};

/** What `npm run serve > service.log` wrote on a bad night. */
const nightLog = [
  {
    requestId: "1",
    method: "POST",
    operation: "UpdateImage",
    account: "a",
    image,
    status: 200,
    changed: ["name"],
    totalMs: 12,
  },
  { requestId: "2", method: "GET", operation: "GetImage", account: "a", image, status: 200, totalMs: 2 },
  { requestId: "3", method: "POST", operation: "UpdateImage", account: "a", image, status: 412, totalMs: 3 },
  { requestId: "4", method: "GET", operation: "ListImages", account: "b", status: 200, totalMs: 1900 },
  ...["c", "b", "c"].map((account) => ({ requestId: "5", method: "GET", account, status: 429, totalMs: 1 })),
];

/** Runs a block that reads the log. @returns the lines that it printed */
async function runOnLog(name: string): Promise<string[]> {
  writeFileSync(join(service.folder, "service.log"), nightLog.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return (await runOk(name)).trimEnd().split("\n");
}

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
