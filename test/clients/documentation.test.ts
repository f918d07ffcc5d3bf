import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../scripts/running/address.ts";
import { formatClientCommand } from "../support/clients-service.ts";
import { blocks, DocumentedService, needsClients } from "../support/documents.ts";
import { parseLines } from "../support/following.ts";
import { startDemo } from "../support/shared-services.ts";
import { run, StartedService } from "../support/started.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-documents-"));
let service: DocumentedService;

beforeAll(async () => {
  service = new DocumentedService(await startDemo(folder), [await findFreePort(), await findFreePort()]);
  service.addProgram("triton", formatClientCommand("triton/bin/triton"));
  // The reader's own key.
  const file = join(service.folder, "home/.ssh/id_rsa");
  await run("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", file]);
});

afterAll(async () => {
  await StartedService.endAll();
  rmSync(folder, { recursive: true, force: true });
});

const byTarget = (one: { target: string }, other: { target: string }): number => (one.target < other.target ? -1 : 1);

/** Runs a block that must succeed and print nothing on stderr. @returns what it and the commands after it printed */
async function runOk(name: string, more?: string): Promise<string> {
  const { code, stdout, stderr } = await service.runBlock(name, more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** The fingerprints of the demo's key, from its public half. */
function computeDemoFingerprints(): { md5: string; sha256: string } {
  const line = readFileSync(join(service.folder, ".local/.ssh/id_rsa.pub"), "utf8");
  const wire = Buffer.from(line.split(" ")[1] ?? "", "base64");
  const md5 = createHash("md5")
    .update(wire)
    .digest("hex")
    .replace(/..(?=.)/g, "$&:");
  return { md5, sha256: createHash("sha256").update(wire).digest("base64").replace(/=+$/, "") };
}

/** The blocks that this test runs, and what their documents say comes of them. `test/dev` has the others. */
const expectations: Readonly<Record<string, () => Promise<void>>> = {
  fingerprints: async () => {
    const { md5, sha256 } = computeDemoFingerprints();
    expect(await runOk("fingerprints")).toBe(`2048 MD5:${md5} demo (RSA)\n2048 SHA256:${sha256} demo (RSA)\n`);
  },

  "triton-get": async () => {
    expect(JSON.parse(await runOk("triton-get"))).toMatchObject({ id: image, owner: expect.any(String) });
  },

  "own-account": async () => {
    // The next block that needs this one runs it again, and a file does not undo what a client changed.
    const afterwards = 'echo "and then"\ntriton image update base version=1.0.0';
    const [printed = ""] = (await runOk("own-account", afterwards)).split("and then\n");
    expect(printed).toContain(
      "mine.json: accounts 1 added, 0 replaced, 0 unchanged; keys 1 added, 0 removed; images 1 added, 0 replaced, 0 unchanged\n",
    );
    expect(printed).toContain("Updated image base (fields: version)\n");
    expect(JSON.parse(printed.slice(printed.indexOf("{")))).toMatchObject({
      id: "808f8bd8-1b6c-40e1-9bd9-fda81c29532c",
      name: "base",
      version: "1.0.1",
    });
  },

  "own-profile": async () => {
    const printed = await runOk("own-profile", "triton image update base version=1.0.0");
    expect(printed).toMatch(/Saved profile "edge"\.\n.*\n808f8bd8 +base +1\.0\.1 /s);
  },

  "move-with-triton": async () => {
    // Where it came from, the list is what is stored, but for requirements, which CloudAPI shows where none are set.
    const printed = await runOk("move-with-triton");
    expect(printed).toContain(
      "images.json: accounts 0 added, 0 replaced, 0 unchanged; images 0 added, 1 replaced, 0 unchanged; from CloudAPI 1, without files (1), published_at (1) (dry run: nothing was changed)\n",
    );
    expect(printed).toContain("image 808f8bd8-1b6c-40e1-9bd9-fda81c29532c: requirements would change\n");
  },

  "stand-ins": async () => {
    expect(await runOk("stand-ins")).toMatch(/datacenter\.json: accounts 1 added.*"pong".*"pong"/s);
  },

  "bring-images": async () => {
    const printed = await runOk("bring-images");
    expect(printed).toContain("dora.json: accounts 1 added, 0 replaced, 0 unchanged; keys 1 added, 0 removed");
    expect(printed).toMatch(/images\.json: .*images 1 added, 0 replaced, 0 unchanged; from CloudAPI 1[^{}]*$/);
  },

  "follow-to": async () => {
    const [first = "", second = "", ...more] = (await runOk("follow-to")).split("\n").filter((line) => line !== "");
    expect(first).toBe("Updated image 0b3f1b0e-1b6c-40e1-9bd9-fda81c29532c (fields: version)");
    const [third = "", ...image] = more;
    const applied = { image: "0b3f1b0e-1b6c-40e1-9bd9-fda81c29532c", revision: 2, applied: ["version"] };
    expect(parseLines(`${[second, third].sort().join("\n")}\n`)).toEqual(
      service.others.map((port) => ({ target: `dora@http://127.0.0.1:${port}`, ...applied })).sort(byTarget),
    );
    expect(JSON.parse(image.join("\n"))).toMatchObject({ id: applied.image, version: "1.0.1" });
  },

  "rotate-key-triton": async () => {
    // The version is set back for the next block that begins with own-account.
    const afterwards =
      'triton image update base version=1.0.0\necho "and then"\ntriton key ls\nSDC_KEY_ID=$OLD triton key ls >refused.txt 2>&1 || true';
    const [printed = "", left = ""] = (await runOk("rotate-key-triton", afterwards)).split("and then\n");
    expect(printed).toContain('Added key "next"');
    expect(printed).toMatch(/ {2}next\n.*Deleted key /s);
    expect(left).toMatch(/^FINGERPRINT +NAME\n[0-9a-f:]{47} {2}next\n$/);
    expect(readFileSync(join(service.folder, "refused.txt"), "utf8")).toContain("InvalidCredentials");
  },

  "ci-key": async () => {
    // The key deletes itself, so that the next block finds the keys that it lists.
    const afterwards = `echo "and then"
edge GET "$IMAGE"; echo
edge POST "$IMAGE?action=update" -H 'Content-Type: application/json' -d '{"name":"x"}'; echo
edge GET /my/keys/ci; echo
edge DELETE /my/keys/ci -w '%{http_code}'`;
    const [printed = "", left = ""] = (await runOk("ci-key", afterwards)).split("and then\n");
    const limits = { scope: `images:tag@${image}`, expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\.\d{3}Z$/) };
    const [created = "", ...tagged] = printed.split("\n");
    expect(JSON.parse(created)).toMatchObject({ name: "ci", ...limits });
    expect(JSON.parse(/^\{.*?\}/.exec(tagged.join("\n"))?.[0] ?? "")).toMatchObject({ build: 42 });
    const [got = "", refused = "", key = "", deleted] = left.split("\n");
    expect(JSON.parse(got)).toMatchObject({ tags: { checked: true } });
    const message = "the scope of this key lacks images:update of this image";
    expect(JSON.parse(refused)).toEqual({ code: "NotAuthorized", message });
    expect(JSON.parse(key)).toMatchObject({ name: "ci", ...limits });
    expect(deleted).toBe("204");
  },

  "rotate-key-curl": async () => {
    const afterwards = "KEY=.local/.ssh/id_rsa KEY_ID=/demo/keys/demo edge GET /my -i >refused.txt";
    const printed = await runOk("rotate-key-curl", afterwards);
    const [created = "", listed = "", deleted = ""] = /^(\{.*?\})(\[.*?\])(.*)$/s.exec(printed)?.slice(1) ?? [];
    expect(JSON.parse(created)).toMatchObject({ name: "next", key: expect.stringMatching(/^ssh-rsa .* next$/) });
    expect(JSON.parse(listed)).toMatchObject([{ name: "console" }, { name: "demo" }, { name: "next" }]);
    expect(deleted).toMatch(/^HTTP\/1\.1 204 /);
    expect(readFileSync(join(service.folder, "refused.txt"), "utf8")).toMatch(/^HTTP\/1\.1 401 /);
  },
};

describe("the shell blocks of the documents that need triton or ssh-keygen", () => {
  const names = blocks.filter(needsClients).map(({ name }) => name);

  it("are those that this test runs", () => {
    expect([...names].sort()).toEqual(Object.keys(expectations).sort());
  });

  it.each(names)("do what the document says: %s", async (name) => {
    await expectations[name]?.();
  });
});
