import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ClientsService } from "../support/clients-service.ts";
import { run } from "../support/started.ts";

const alice = "aaaaaaaa-0000-4000-8000-000000000001";
const bob = "bbbbbbbb-0000-4000-8000-000000000002";
const source = join(import.meta.dirname, "schemathesis");
const service = new ClientsService();

/** Kept from run to run: to install takes longer than to test. */
const environment = join(tmpdir(), "cloudapi-edge-schemathesis-4.32.5");
const program = join(environment, "bin/schemathesis");

/** Why there is no schemathesis here. Undefined if there is. */
async function findHindrance(): Promise<string | undefined> {
  if (!process.env["LONG"]) return "LONG=1 npm run test:clients runs it";
  if (existsSync(program)) return undefined;
  const made = await run("python3", ["-m", "venv", environment]);
  if (made.code !== 0) return `there is no Python with venv here: ${made.stderr || made.stdout}`;
  const requirements = join(source, "requirements.txt");
  const { code, stderr } = await run(join(environment, "bin/pip"), ["install", "--quiet", "-r", requirements]);
  return code === 0 ? undefined : `it cannot be had: ${stderr}`;
}

const hindrance = await findHindrance();

/** All requests that can be made of a schema alone, and more of each operation. */
const size = ["--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "100"];

describe.skipIf(hindrance)(`schemathesis 4.32.5${hindrance ? ` (${hindrance})` : ""}`, () => {
  afterAll(() => service.stop());

  it("finds no request that the service and its document judge differently, with every check", async () => {
    const person = await service.makePerson("alice", "ed25519");
    const images = Array.from({ length: 300 }, (_, index) => ({
      uuid: `c0ffee00-0000-4000-8000-${String(index).padStart(12, "0")}`,
      owner: index === 1 ? bob : alice,
      ...(index === 1 && { acl: [alice] }),
      name: "image",
      version: "1.0.0",
      os: "linux",
      type: "lx-dataset",
      published_at: "2020-01-01T00:00:00Z",
    }));
    await service.start({
      accounts: [
        { uuid: alice, login: "alice", keys: [person.publicLine] },
        { uuid: bob, login: "bob", keys: [] },
      ],
      images,
    });
    const document = `${service.url}/--docs/openapi.json`;
    const options = ["--checks", "all", "--seed", process.env["SEED"] ?? "1", "--warnings", "off", ...size];
    const { code, stdout, stderr } = await run(
      program,
      ["--config-file", join(source, "schemathesis.toml"), "--no-color", "run", document, ...options],
      {
        cwd: service.folder,
        env: service.makeEnvironment(person, {
          PYTHONPATH: source,
          PYTHONDONTWRITEBYTECODE: "1",
          SCHEMATHESIS_HOOKS: "hooks",
          KEY_FILE: person.keyFile,
          IMAGES: JSON.stringify(images.map(({ uuid }) => uuid)),
        }),
      },
    );
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    expect(stdout).toContain("Tested: 25");
  });
});
