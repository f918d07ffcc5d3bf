import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listClientCommands } from "../../scripts/openapi/code-samples.ts";
import { clientEnvironment, shellIdentity, tritonProfile } from "../../scripts/openapi/signing.ts";
import type { Operation } from "../../src/operations.ts";
import { ClientsService, formatClientCommand } from "../support/clients-service.ts";
import { examples, makeExchangeFile } from "../support/exchanges.ts";
import { showSample } from "../support/samples.ts";
import { run } from "../support/started.ts";

/** Every command of a client, in the order of the page: one after another they have what they need. */
const listCommands = (wanted: "triton" | "sdc"): string[] =>
  Object.entries(examples).flatMap(([operation, [first]]) =>
    // The keys of `examples` are all operations, which Object.entries does not say.
    listClientCommands(operation as Operation, first)
      .filter(({ client }) => client === wanted)
      .map(({ source }) => source),
  );

describe.each(["triton", "sdc"] as const)("the samples of the documentation for %s", (client) => {
  const service = new ClientsService();
  const programs = join(service.folder, "bin");
  const commands = listCommands(client);

  /** Runs lines after those of the page that come before them. The demo's key is in `.local`, and its home is there. */
  const runShell = (...lines: readonly string[]) => {
    const env = { PATH: `${programs}${delimiter}${process.env["PATH"]}`, HOME: join(service.folder, ".local") };
    const script = [showSample(shellIdentity, service.url), ...lines].join("\n");
    return run("bash", ["-e", "-c", script], { cwd: service.folder, env });
  };

  beforeAll(async () => {
    const { home, publicLine } = await service.makePerson("demo");
    const laptop = await service.makePerson("laptop", "ecdsa");
    symlinkSync(home, join(service.folder, ".local"));
    writeFileSync(join(service.folder, "laptop.pub"), laptop.publicLine);
    mkdirSync(programs);
    const paths = commands.map((command) => command.split(" ")[0] ?? "");
    for (const name of new Set(paths)) {
      const path = name === "triton" ? "triton/bin/triton" : `smartdc/bin/${name}`;
      writeFileSync(join(programs, name), `#!/bin/sh\nexec ${formatClientCommand(path)} "$@"\n`);
      chmodSync(join(programs, name), 0o755);
    }
    await service.start(makeExchangeFile([{ name: "demo", key: publicLine }]));
    if (client === "triton") expect(await runShell(tritonProfile)).toMatchObject({ code: 0, stderr: "" });
  });
  afterAll(() => service.stop());

  it.each(commands)("%s", async (command) => {
    const { code, stdout, stderr } = await runShell(clientEnvironment, command);
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
    // `triton cloudapi` prints a refusal as it prints any answer.
    expect(stdout).not.toMatch(/"code": ?"/);
  });
});
