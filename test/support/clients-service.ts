import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../scripts/running/address.ts";
import { provision } from "./local-state.ts";
import { type Ended, run, StartedService } from "./started.ts";

const clients = join(import.meta.dirname, "../clients/node_modules");

/** A key pair that ssh-keygen made, and a HOME whose `.ssh` holds it alone. */
export type Person = { login: string; home: string; keyFile: string; publicLine: string; fingerprint: string };

/** Each triton that is installed, by its folder below `node_modules`. */
const tritonFolders = { "7.15.3": "triton-7.15.3", "7.17.0": "triton" } as const;

export type TritonVersion = keyof typeof tritonFolders;

const keygenOptions = {
  rsa: ["-t", "rsa", "-b", "2048", "-m", "PEM"],
  shortRsa: ["-t", "rsa", "-b", "1024", "-m", "PEM"],
  ecdsa: ["-t", "ecdsa", "-b", "256", "-m", "PEM"],
  ecdsa521: ["-t", "ecdsa", "-b", "521", "-m", "PEM"],
  ed25519: ["-t", "ed25519"],
};

/** The service as `npm start -- --empty` runs it, on a free port, with a state and people of its own. */
export class ClientsService {
  readonly folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-clients-"));
  port = 0;
  #server: StartedService | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Provisions and starts the service, and waits until it answers. */
  async start(file: unknown): Promise<void> {
    this.port = await findFreePort();
    const state = join(this.folder, "state");
    await provision(state, file);
    this.#server = new StartedService(["--port", String(this.port), "--state", state, "--empty"]);
    await this.#server.waitUntilReady();
  }

  async stop(): Promise<void> {
    await this.#server?.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Makes a key of this type for a login. */
  async makePerson(login: string, type: keyof typeof keygenOptions = "rsa"): Promise<Person> {
    const home = join(this.folder, `${login}-${type}`);
    const keyFile = join(home, ".ssh", `id_${type}`);
    mkdirSync(join(home, ".ssh"), { recursive: true, mode: 0o700 });
    const wire = await this.#makeKeyFiles(keyFile, { type, comment: `${login}-${type}` });
    const publicLine = readFileSync(`${keyFile}.pub`, "utf8").trim();
    const fingerprint = createHash("md5")
      .update(wire)
      .digest("hex")
      .replace(/..(?=.)/g, "$&:");
    return { login, home, keyFile, publicLine, fingerprint };
  }

  /** Makes the files of a key. @returns its SSH wire form */
  async #makeKeyFiles(
    file: string,
    { type, comment }: { type: keyof typeof keygenOptions; comment: string },
  ): Promise<Buffer> {
    for (;;) {
      rmSync(file, { force: true });
      await run("ssh-keygen", ["-q", ...keygenOptions[type], "-N", "", "-C", comment, "-f", file]);
      const wire = Buffer.from(readFileSync(`${file}.pub`, "utf8").split(" ")[1] ?? "", "base64");
      // smartdc's sshpk 1.7.1 reads an Ed25519 point as a number, and one that begins with a high bit as another key.
      if (type !== "ed25519" || (wire.at(-32) ?? 0) < 0x80) return wire;
    }
  }

  /** The environment of a person's terminal: their own key and profile, and no agent. */
  makeEnvironment(person: Person, more: Record<string, string> = {}): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: person.home,
      TRITON_PROFILE: "env",
      SDC_URL: this.url,
      SDC_ACCOUNT: person.login,
      SDC_KEY_ID: person.fingerprint,
      ...more,
    };
  }

  /** `triton …` as this person types it. */
  runTriton(person: Person, args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
    return runClient("triton/bin/triton", args, this.makeEnvironment(person, environment));
  }

  /** `triton …` of a version as this person types it. */
  runTritonOf(version: TritonVersion, person: Person, args: readonly string[]): Promise<Ended> {
    return runClient(`${tritonFolders[version]}/bin/triton`, args, this.makeEnvironment(person));
  }

  /** `sdc-… …` as this person types it. */
  runSdc(person: Person, command: string, args: readonly string[]): Promise<Ended> {
    return runClient(`smartdc/bin/${command}`, args, this.makeEnvironment(person));
  }
}

/** smartdc crashes on Node 24: the clients run on the Node of their own folder, or on the one that CLIENTS_NODE names. */
const clientNode = process.env["CLIENTS_NODE"] ?? join(clients, ".bin/node");

function runClient(path: string, args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return run(clientNode, ["--no-deprecation", join(clients, path), ...args], { env });
}

/** The command of a client for a shell script. @param path of its program, below `node_modules` */
export const formatClientCommand = (path: string): string =>
  `"${clientNode}" --no-deprecation "${join(clients, path)}"`;
