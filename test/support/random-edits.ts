import fc from "fast-check";
import { send, type TestRequest } from "./client.ts";
import type { Manner, Write } from "./edit-model.ts";
import { bob, carol, mallory } from "./fixtures.ts";
import { makeUuid } from "./uuids.ts";

/** The image of the random edits. */
export const edited = makeUuid(1);

const accounts = fc.subarray([bob.uuid, mallory.uuid, carol.uuid]);
const value = fc.constantFrom<unknown>(1, "1", null, true, 1.5e-7, { a: [null, true] }, []);
const tags = fc.dictionary(fc.constantFrom("a", "b", "c.d", ""), value, { maxKeys: 3, noNullPrototype: true });

const byBob = { by: fc.constant("bob" as const) };
const byAny = { by: fc.constantFrom("bob" as const, "bob" as const, "mallory" as const) };
const kind = <Kind extends string>(name: Kind) => ({ kind: fc.constant(name) });

/** Every write of an image. */
export const anyWrite: fc.Arbitrary<Write> = fc.oneof(
  fc.record({
    ...byAny,
    ...kind("update"),
    fields: fc
      .record(
        {
          name: fc.constantFrom("a", "b"),
          description: fc.constantFrom(null, "d"),
          tags: fc.oneof(fc.constant(null), tags),
        },
        { requiredKeys: [] },
      )
      .filter((fields) => Object.keys(fields).length > 0),
  }),
  fc.record({ ...byAny, ...kind("addAcl"), accounts }),
  fc.record({ ...byBob, ...kind("addAcl"), accounts: fc.constant([mallory.uuid]) }),
  fc.record({ ...byAny, ...kind("removeAcl"), accounts }),
  fc.record({ by: fc.constant("mallory" as const), ...kind("removeAcl"), accounts: fc.constant([mallory.uuid]) }),
  fc.record({ ...byAny, ...kind("addTags"), tags }),
  fc.record({ ...byAny, ...kind("replaceTags"), tags }),
  fc.record({ ...byAny, ...kind("deleteTag"), key: fc.constantFrom("a", "b", "c.d") }),
  fc.record({ ...byAny, ...kind("deleteTags") }),
  fc.record({ ...byAny, ...kind("revert"), revision: fc.integer({ min: 0, max: 9 }), withAcl: fc.boolean() }),
  fc.record({ by: fc.constantFrom("bob" as const, "mallory" as const, "mallory" as const), ...kind("clone") }),
);

/** A deletion ends a sequence, so it is rare. */
export const deletion: fc.Arbitrary<Write> = fc.record({ ...byAny, ...kind("delete") });

export const anyManner: fc.Arbitrary<Manner> = fc.record({
  match: fc.constantFrom("none", "none", "none", "current", "stale", "any"),
  key: fc.constantFrom(null, null, "k1", "k2"),
  isDryRun: fc.constantFrom(false, false, true),
  loss: fc.constantFrom("none", "none", "before the batch", "after the commit"),
});

/** A manner without anything special: for the examples of a property, which run at every size. */
export const plainly: Manner = { match: "none", key: null, isDryRun: false, loss: "none" };

/** The request of a write. */
function makeRequest(write: Write): TestRequest {
  const path = `/my/images/${edited}`;
  switch (write.kind) {
    case "update":
      return { path: `${path}?action=update`, body: JSON.stringify(write.fields) };
    case "addAcl":
      return { path: `${path}/acl?action=add`, body: JSON.stringify(write.accounts) };
    case "removeAcl":
      return { path: `${path}/acl?action=remove`, body: JSON.stringify(write.accounts) };
    case "addTags":
      return { path: `${path}/tags?`, body: JSON.stringify(write.tags) };
    case "replaceTags":
      return { method: "PUT", path: `${path}/tags?`, body: JSON.stringify(write.tags) };
    case "deleteTag":
      return { method: "DELETE", path: `${path}/tags/${write.key}?` };
    case "deleteTags":
      return { method: "DELETE", path: `${path}/tags?` };
    case "revert":
      return { path: `${path}?action=revert&revision=${write.revision}&acl=${write.withAcl}` };
    case "clone":
      return { path: `${path}?action=clone` };
    case "delete":
      return { method: "DELETE", path: `${path}?` };
  }
}

/** Sends a write. @param more its manner: headers, a database, and whether it is a dry run */
export function sendWrite(
  write: Write,
  {
    isDryRun,
    headers,
    ...more
  }: Omit<TestRequest, "path" | "headers"> & { isDryRun: boolean; headers: Record<string, string> },
) {
  const request = makeRequest(write);
  const path = isDryRun ? `${request.path}&dry-run=true` : request.path;
  const sign = { key: "ed25519", as: write.by } as const;
  return send({ ...request, path, sign, headers: { "Accept-Version": "9.0.0", ...headers }, ...more });
}
