import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DatabaseSync } from "../../scripts/provisioning/sqlite.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "provision-"));

type Ran = { code: number | null; stdout: string; stderr: string };

/** Runs a script as npm would: in the project's folder, called from the temporary one. */
async function run(script: "provision" | "export", ...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [`scripts/${script}.ts`, ...args], {
    cwd: root,
    env: { ...process.env, INIT_CWD: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

const owner = "a11ce000-0000-4000-8000-000000000000";
const manifest = {
  v: 2,
  uuid: "11111111-0000-4000-8000-000000000000",
  name: "base",
  version: "1",
  os: "smartos",
  type: "zone-dataset",
  owner,
};
const key = readFileSync(join(root, "test/data/fixtures.json"), "utf8").match(/ssh-ed25519 [^"]+/)?.[0] ?? "";

const account = { uuid: owner, login: "alice", created: "2020-01-01T00:00:00Z", updated: "2021-01-01T00:00:00Z" };

const dumped = {
  accounts: [{ ...account, operator: false, disabled: false, keys: [{ name: "bob-ed25519", key }] }],
  images: [manifest.uuid, owner].map((uuid) => ({ ...manifest, uuid, public: false, state: "active" })),
};

beforeAll(() => {
  writeFileSync(
    join(folder, "some.json"),
    JSON.stringify({ accounts: [{ ...account, keys: [key] }], images: [manifest] }),
  );
  mkdirSync(join(folder, "sub"));
  writeFileSync(join(folder, "sub/more.json"), JSON.stringify({ ...manifest, uuid: owner, icon: {}, nic_driver: "x" }));
  writeFileSync(join(folder, "bad.json"), JSON.stringify([{ ...manifest, name: 5, public: 1 }]));
  writeFileSync(join(folder, "cut.json"), "[");
  writeFileSync(join(folder, "latin1.json"), Uint8Array.of(0x22, 0xff, 0x22));
  writeFileSync(join(folder, "changed.json"), JSON.stringify({ ...manifest, version: "2" }));
  writeFileSync(join(folder, "taken.json"), JSON.stringify({ accounts: [{ uuid: manifest.uuid, login: "alice" }] }));
});

afterAll(() => rmSync(folder, { recursive: true }));

// One test, because each step needs the one before, and the other tests run at the same time.
test.concurrent("provision makes and loads a database, export prints it, and a load waits while it is locked", async () => {
  expect(await run("provision", "some.json", "sub/more.json", "--state", "state")).toStrictEqual({
    code: 0,
    stdout: `some.json: accounts 1 added, 0 replaced, 0 unchanged; keys 1 added, 0 removed; images 1 added, 0 replaced, 0 unchanged
sub/more.json: accounts 0 added, 0 replaced, 0 unchanged; images 1 added, 0 replaced, 0 unchanged; not kept: icon (1), nic_driver (1)
`,
    stderr: "",
  });

  const { code, stdout, stderr } = await run("export", "--state", "state");
  expect({ code, stderr, json: JSON.parse(stdout) }).toStrictEqual({ code: 0, stderr: "", json: dumped });

  const [path = ""] = globSync(join(folder, "state/v3/d1/*/*.sqlite"), { exclude: ["**/metadata.sqlite"] });
  const holder = new DatabaseSync(path);
  holder.exec("BEGIN IMMEDIATE; UPDATE images SET description = 'held'");
  const heldMs = 1800;
  setTimeout(() => holder.exec("ROLLBACK"), heldMs);
  const started = performance.now();
  // What only reads does not wait.
  expect(await run("provision", "sub/more.json", "taken.json", "--state", "state")).toStrictEqual({
    code: 1,
    stdout: "",
    stderr: `taken.json: accounts[0] (${manifest.uuid}, alice): login is that of the stored account ${owner}\n`,
  });
  expect((await run("export", "--state", "state")).stdout).toBe(stdout);
  expect(await run("provision", "changed.json", "--state", "state")).toStrictEqual({
    code: 0,
    stdout: "changed.json: accounts 0 added, 0 replaced, 0 unchanged; images 0 added, 1 replaced, 0 unchanged\n",
    stderr: "",
  });
  expect(performance.now() - started).toBeGreaterThan(heldMs);
  holder.close();
});

const usage = `usage: npm run provision -- FILE… [--restore] [--dry-run] [--json] [--state DIR | --remote]
  FILE      a JSON array of IMGAPI manifests, one manifest, or {"accounts": […], "images": […]}
  --restore bring destroyed images back, and undo what clients changed, if the file says so
  --dry-run print what would change, entry by entry, and change nothing
  --json    print the report as JSON
  --state   the folder of the local database (default .wrangler/state)
  --remote  the deployed database, that of [env.production] in wrangler.toml
  --help    these lines
`;

test.concurrent("two that start at once on a new folder both load what they were given", async () => {
  const ran = await Promise.all(["some.json", "some.json"].map((file) => run("provision", file, "--state", "at-once")));
  const line = (added: number) =>
    `some.json: accounts ${added} added, 0 replaced, ${1 - added} unchanged; ${added ? "keys 1 added, 0 removed; " : ""}images ${added} added, 0 replaced, ${1 - added} unchanged\n`;
  expect(ran.toSorted((one, other) => other.stdout.localeCompare(one.stdout))).toStrictEqual([
    { code: 0, stdout: line(1), stderr: "" },
    { code: 0, stdout: line(0), stderr: "" },
  ]);
});

test.concurrent("--help prints the usage and opens nothing", async () => {
  expect(await run("provision", "--help", "--state", "help")).toStrictEqual({ code: 0, stdout: usage, stderr: "" });
  expect(await run("provision", "-h")).toStrictEqual({ code: 0, stdout: usage, stderr: "" });
  expect(await run("export", "-h")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^usage: .* export/) });
  expect(globSync(join(folder, "help"))).toStrictEqual([]);
});

test.concurrent("export of a folder without a database fails and makes no folder", async () => {
  expect(await run("export", "--state", "typo")).toStrictEqual({
    code: 1,
    stdout: "",
    stderr: `${folder}/typo: it holds no database\n`,
  });
  expect(globSync(join(folder, "typo"))).toStrictEqual([]);
});

test.concurrent.each([["provision", "some.json"], ["export"]] as const)(
  "%s refuses a state folder that cannot be used, in one line",
  async (script, ...files) => {
    const state = join(folder, `foreign-${script}`);
    mkdirSync(join(state, "v4"), { recursive: true });
    expect(await run(script, ...files, "--state", state)).toStrictEqual({
      code: 1,
      stdout: "",
      stderr:
        script === "export"
          ? `${state}: it holds no database\n`
          : `${state} holds other files (v4); name an empty folder, or one that this project made\n`,
    });
    expect(readdirSync(state)).toStrictEqual(["v4"]);
  },
);

test.skipIf(!existsSync("/dev/full"))("an export that cannot be written whole fails", async () => {
  expect((await run("provision", "some.json", "--state", "full")).code).toBe(0);
  const command = `"$0" scripts/export.ts --state "$1" > /dev/full`;
  const child = spawn("sh", ["-c", command, process.execPath, join(folder, "full")], { cwd: root });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  expect({ code, stderr }).toStrictEqual({
    code: 1,
    stderr: "the export is not complete, because it cannot be written: ENOSPC: no space left on device, write\n",
  });
});

test.concurrent("--dry-run prints what would change and changes nothing; --json is the report for programs", async () => {
  const state = ["--state", "rehearsed"];
  expect((await run("provision", "some.json", ...state)).code).toBe(0);
  const before = await run("export", "--history", ...state);
  const [stranger, removed] = [manifest.uuid.replaceAll("1", "2"), manifest.uuid.replaceAll("1", "3")];
  writeFileSync(
    join(folder, "next.json"),
    JSON.stringify({
      accounts: [{ ...account, email: "a@example.com", keys: [] }],
      images: [
        { ...manifest, version: "2", description: "new" },
        { ...manifest, uuid: stranger, owner: removed, icon: {} },
      ],
    }),
  );
  const report =
    "accounts 0 added, 1 replaced, 0 unchanged; keys 0 added, 1 removed; images 1 added, 1 replaced, 0 unchanged";
  const line = `next.json: ${report}; owners without an account: ${removed}; not kept: icon (1)`;
  expect(await run("provision", "next.json", "--dry-run", ...state)).toStrictEqual({
    code: 0,
    stdout: `next.json: account ${owner} (alice): email would change; keys would be removed: bob-ed25519
next.json: image ${stranger}: would be added
next.json: image ${manifest.uuid}: version, description would change
${line} (dry run: nothing was changed)
`,
    stderr: "",
  });
  const files = [
    {
      file: "next.json",
      accounts: { added: 0, replaced: 1, unchanged: 0 },
      keys: { added: 0, removed: 1 },
      images: { added: 1, replaced: 1, unchanged: 0 },
      revisions: 0,
      restored: [],
      cleared: {},
      undone: [],
      ownersWithoutAccount: [removed],
      notKept: { icon: 1 },
      fromCloudApi: { images: 0, without: {} },
      forms: { v1: 0, imgadm: 0, incomplete: 0 },
    },
  ];
  const rehearsed = await run("provision", "next.json", "--dry-run", "--json", ...state);
  expect({ ...rehearsed, stdout: JSON.parse(rehearsed.stdout) }).toStrictEqual({
    code: 0,
    stdout: {
      dryRun: true,
      isNewDatabase: false,
      files,
      differences: [
        {
          file: "next.json",
          accounts: [
            {
              uuid: owner,
              login: "alice",
              isNew: false,
              changed: ["email"],
              keysAdded: [],
              keysRemoved: ["bob-ed25519"],
            },
          ],
          images: [
            { uuid: stranger, isNew: true, isBack: false, changed: [], undone: [] },
            { uuid: manifest.uuid, isNew: false, isBack: false, changed: ["version", "description"], undone: [] },
          ],
        },
      ],
    },
    stderr: "",
  });
  expect(await run("export", "--history", ...state)).toStrictEqual(before);

  const loaded = await run("provision", "next.json", "--json", ...state);
  expect({ ...loaded, stdout: JSON.parse(loaded.stdout) }).toStrictEqual({
    code: 0,
    stdout: { dryRun: false, files },
    stderr: "",
  });
  expect((await run("provision", "next.json", ...state)).stdout).toBe(
    `next.json: accounts 0 added, 0 replaced, 1 unchanged; images 0 added, 0 replaced, 2 unchanged; owners without an account: ${removed}; not kept: icon (1)\n`,
  );
  const added =
    "accounts 1 added, 0 replaced, 0 unchanged; keys 1 added, 0 removed; images 1 added, 0 replaced, 0 unchanged";
  expect(await run("provision", "some.json", "--dry-run", "--state", "nowhere")).toStrictEqual({
    code: 0,
    stdout: `some.json: account ${owner} (alice): would be added; keys would be added: bob-ed25519
some.json: image ${manifest.uuid}: would be added
some.json: ${added} (dry run against an empty database, because the folder has none: nothing was changed)
`,
    stderr: "",
  });
  expect(existsSync(join(folder, "nowhere"))).toBe(false);
});

test.concurrent("a misspelt field of an account is refused, and the near one named", async () => {
  writeFileSync(join(folder, "misspelt.json"), JSON.stringify({ accounts: [{ ...account, key: [key], zzz: 1 }] }));
  expect(await run("provision", "misspelt.json", "--state", "misspelt")).toStrictEqual({
    code: 1,
    stdout: "",
    stderr: `misspelt.json: accounts[0] (${owner}, alice): key is no field of an account; did you mean "keys"?
misspelt.json: accounts[0] (${owner}, alice): zzz is no field of an account
`,
  });
  expect(globSync(join(folder, "misspelt"))).toStrictEqual([]);
});

test.concurrent("provision prints the mistakes of every file, one a line, and opens no database", async () => {
  const files = ["some.json", "bad.json", "cut.json", "latin1.json", "none.json"];
  expect(await run("provision", ...files, "--state", "other")).toStrictEqual({
    code: 1,
    stdout: "",
    stderr: `bad.json: [0] (${manifest.uuid}): name is 1 to 1024 characters of A-Z a-z 0-9 . _ / - and space; 5 was sent
bad.json: [0] (${manifest.uuid}): public is true or false; 1 was sent
cut.json: not JSON: it ends too early at line 1, column 2
latin1.json: it cannot be read: The encoded data was not valid for encoding utf-8
none.json: it cannot be read: ENOENT: no such file or directory, open '${folder}/none.json'
`,
  });
  expect(globSync(join(folder, "other"))).toStrictEqual([]);
});

test.concurrent.each<["provision" | "export", string[], string]>([
  ["provision", [], "no FILE was named; --help lists what provision takes"],
  ["provision", ["a", "--state", "b", "--remote"], "--state is local and --remote is not: name one of them"],
  ["provision", ["a", "--dryrun"], 'there is no option --dryrun; did you mean "--dry-run"?'],
  ["provision", ["a", "--history"], "there is no option --history; --help lists the options"],
  ["export", ["a"], "export takes no file: a"],
  ["export", ["--json"], "there is no option --json; --help lists the options"],
])("%s called with %j says in one line what is wrong", async (script, args, line) => {
  expect(await run(script, ...args)).toStrictEqual({ code: 2, stdout: "", stderr: `${line}\n` });
});

test.concurrent("--remote says how to create the database that is missing", async () => {
  expect(await run("export", "--remote")).toStrictEqual({
    code: 1,
    stdout: "",
    stderr:
      "the database_id under [[env.production.d1_databases]] of wrangler.toml is still the placeholder; run npm run create-database -- --location … (or --jurisdiction …)\n",
  });
});
