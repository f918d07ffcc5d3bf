import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type Answer, pickRepeatable } from "../support/answer.ts";
import { makeBindings, send } from "../support/client.ts";
import { addAcl, addTags, deleteTags, pick } from "../support/edits.ts";
import { bob, carol, clear, mallory, provision } from "../support/fixtures.ts";
import { propertyOptions } from "../support/property-options.ts";
import { anyManner, anyWrite, deletion, edited, plainly, sendWrite } from "../support/random-edits.ts";
import { get, image, makeImageJson, newest, pickWriteAnswer, provisionThree, update } from "../support/safe-writes.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

/** Every row of every table. */
async function readTables(): Promise<unknown> {
  const names = ["accounts", "keys", "images", "image_acl", "image_history", "account_writes"];
  const answers = await env.DB.batch(names.map((name) => env.DB.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`)));
  return answers.map(({ results }) => results);
}

/** All of an answer but ids, times and Dry-Run. */
function pickComparable(answer: Answer): object {
  const { text, headers, ...others } = pickRepeatable(answer);
  const clone = text.includes('"published_at"') ? text.replace(/"(id|published_at)":"[^"]*"/g, '"$1":""') : text;
  const ignored = ["dry-run", ...(clone === text ? [] : ["content-md5"])];
  return { ...others, text: clone, headers: headers.filter(([name]) => !ignored.includes(name)) };
}

const keys = [makeKey("ed25519")];

describe("a dry run of any write", () => {
  it("answers what the write then answers, and writes nothing", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyWrite, { maxLength: 5 }),
        fc.oneof({ weight: 9, arbitrary: anyWrite }, { weight: 1, arbitrary: deletion }),
        anyManner,
        async (before, write, { match, key }) => {
          await clear(env.DB);
          const accounts = [bob, mallory].map((account) => ({ ...account, keys }));
          await provision(env.DB, {
            accounts,
            images: [{ uuid: edited, owner: bob.uuid, name: "a", version: "1", acl: [mallory.uuid], tags: { a: 1 } }],
          });
          for (const earlier of before)
            await sendWrite(earlier, { isDryRun: false, headers: key ? { "Idempotency-Key": key } : {} });
          const revision = await env.DB.prepare("SELECT revision FROM images WHERE uuid = ?")
            .bind(edited)
            .first<number>("revision");
          const matches = { none: undefined, any: "*", current: `"${revision}-9.0.0"`, stale: '"99-9.0.0"' };
          const headers = {
            ...(matches[match] && { "If-Match": matches[match] }),
            ...(key && { "Idempotency-Key": key }),
          };
          const stored = await readTables();
          const wrapped = wrapDatabase(env.DB);
          const rehearsed = await sendWrite(write, {
            isDryRun: true,
            headers,
            bindings: makeBindings({ DB: wrapped.db }),
          });
          const written = wrapped.results.flat().reduce((sum, { meta }) => sum + meta["rows_written"], 0);
          expect([rehearsed.headers.get("Dry-Run"), written]).toEqual(["true", 0]);
          expect(await readTables()).toEqual(stored);
          const made = await sendWrite(write, { isDryRun: false, headers });
          expect(pickComparable(rehearsed)).toEqual(pickComparable(made));
          expect(made.headers.get("Dry-Run")).toBe(null);
          seen.add(`${write.kind} ${made.status}`);
        },
      ),
      { ...propertyOptions(2000), examples: [[[], { kind: "deleteTag", by: "bob", key: "a" }, plainly]] },
    );
    expect([...seen].filter((one) => / 20\d/.test(one)).sort()).toEqual([
      "addAcl 200",
      "addTags 200",
      "clone 200",
      "delete 204",
      "deleteTag 204",
      "deleteTags 204",
      "removeAcl 200",
      "removeAcl 204",
      "replaceTags 200",
      "revert 200",
      "update 200",
    ]);
  });
});

describe("dry-run", () => {
  beforeEach(() => provisionThree());

  const rehearsed = {
    status: 200,
    ETag: '"2-9.0.0"',
    "Changed-Fields": "name",
    "Dry-Run": "true",
    json: makeImageJson("new"),
  };

  it.each<[string, string, object]>([
    ["in the query", "&dry-run=true", { name: "new" }],
    ["in the body", "", { name: "new", "dry-run": true }],
    ["in the body as text", "", { name: "new", "dry-run": "true" }],
  ])("may stand %s", async (_, query, body) => {
    const path = `/my/images/${image}?action=update${query}`;
    expect(pickWriteAnswer(await send({ path, body: JSON.stringify(body), headers: newest }))).toEqual(rehearsed);
    expect(await get()).toEqual({ status: 200, ETag: '"1-9.0.0"', json: makeImageJson("my-image") });
  });

  it("leaves no record of its Idempotency-Key", async () => {
    const headers = { "Idempotency-Key": "k" };
    expect(await update({ name: "new", "dry-run": true }, { headers })).toEqual(rehearsed);
    const { "Dry-Run": _, ...applied } = rehearsed;
    expect(await update({ name: "new" }, { headers })).toEqual(applied);
    expect(await update({ name: "new", "dry-run": true }, { headers })).toEqual({
      ...rehearsed,
      "Idempotent-Replayed": "true",
    });
  });

  it.each(["yes", "", "1", "TRUE", "true&dry-run=true"])(
    "is true or false: %j is refused, and nothing is written",
    async (sent) => {
      const shown = sent.includes("&") ? "an array" : JSON.stringify(sent);
      const refusal = {
        status: 409,
        json: { code: "InvalidArgument", message: `dry-run is true or false; ${shown} was sent` },
      };
      const query = `dry-run=${sent}`;
      expect(await pick(addAcl([carol.uuid], { query }))).toEqual(refusal);
      expect(await pick(addTags({ a: 1 }, { query }))).toEqual(refusal);
      expect(await pick(deleteTags(undefined, { query }))).toEqual(refusal);
      for (const [method, path] of [
        ["POST", `/my/images/${image}?action=update&name=b&${query}`],
        ["POST", `/my/images/${image}?action=clone&${query}`],
        ["POST", `/my/images/${image}?action=revert&revision=1&${query}`],
        ["DELETE", `/my/images/${image}?${query}`],
      ] as const) {
        expect(pickWriteAnswer(await send({ method, path }))).toEqual(refusal);
      }
      expect(await get()).toMatchObject({ ETag: '"1-9.0.0"' });
    },
  );

  it("is marked on a refusal too", async () => {
    expect(await update({ name: "ü", "dry-run": true })).toMatchObject({ status: 422, "Dry-Run": "true" });
    expect(await update({ name: "new", "dry-run": true }, { headers: { "If-Match": '"9-9.0.0"' } })).toMatchObject({
      status: 412,
      ETag: '"1-9.0.0"',
      "Dry-Run": "true",
    });
  });

  it("clones nothing where the body names the action and the dry run", async () => {
    await provision(env.DB, {
      images: [{ uuid: makeUuid(5), owner: mallory.uuid, name: "s", version: "1", acl: [bob.uuid] }],
    });
    const body = JSON.stringify({ action: "clone", "dry-run": true });
    const answer = await send({ path: `/my/images/${makeUuid(5)}`, body });
    expect([answer.status, answer.headers.get("Dry-Run")]).toEqual([200, "true"]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM images WHERE owner = ?").bind(bob.uuid).first("n")).toBe(1);
  });
});
