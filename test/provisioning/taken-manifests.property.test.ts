import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { load } from "../../scripts/provisioning/load.ts";
import { send } from "../support/client.ts";
import { bob, clear, provision } from "../support/fixtures.ts";
import { propertyOptions } from "../support/property-options.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";

const odd = fc.constantFrom<unknown>(
  ...[undefined, null, "", "null", "x", "4096", 0, 1, -5, 1.5, 1e300, 7, true, [], {}, "é", ["a"], { a: 1 }],
);
const someOf = (names: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: names.length, noNullPrototype: true });
const mostlyOf = <Value>(good: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 15, arbitrary: good }, { weight: 1, arbitrary: odd });
/** A good value most times, so that enough manifests are taken. */
const mostly = <Value>(good: Value) => mostlyOf(fc.constant(good));

const manifest = fc.record({
  owner: fc.constant(bob.uuid),
  name: fc.constant("n"),
  version: fc.constant("1"),
  os: mostly("smartos"),
  type: mostly("zvol"),
  requirements: mostlyOf(someOf(["min_ram", "max_ram", "brand", "bootrom", "networks"])),
  files: mostlyOf(
    fc.array(fc.record({ compression: mostly("gzip"), sha1: mostly("da39"), size: mostly("12") }), { maxLength: 2 }),
  ),
  image_size: mostly("10240"),
  published_at: mostly("2020-01-01T00:00:00Z"),
  state: mostly("failed"),
  error: mostlyOf(fc.constantFrom({}, { code: "NotSupported" }, { message: "m" })),
  homepage: mostly(""),
  tags: mostly({ a: 1 }),
  origin: mostly(makeUuid(1)),
  acl: mostly([makeUuid(2)]),
  disabled: mostly(false),
});

beforeEach(() => clear(env.DB));

// Every answer that `send` gets is judged by the OpenAPI document.
test("no manifest that provisioning takes makes an answer that the OpenAPI document refuses", async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(manifest, { minLength: 40, maxLength: 40 }), async (manifests) => {
      await clear(env.DB);
      await provision(env.DB, { accounts: [{ ...bob, keys: [makeKey("ed25519")] }] });
      for (const [at, one] of manifests.entries()) {
        const image = { ...one, uuid: makeUuid(at) };
        const file = await readProvision(JSON.stringify([image])).catch(() => undefined);
        if (!file) continue;
        await load(env.DB, file);
        taken += 1;
        for (const version of ["~7", "~9"]) {
          const path = `/my/images/${image.uuid}`;
          expect((await send({ method: "GET", path, headers: { "Accept-Version": version } })).status).toBe(200);
        }
      }
    }),
    propertyOptions(90),
  );
  expect(taken).toBeGreaterThan(5);
});
