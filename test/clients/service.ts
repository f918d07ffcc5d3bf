import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const clients = join(import.meta.dirname, "node_modules");

/** A key pair that ssh-keygen made, and a HOME whose `.ssh` holds it alone. */
export type Person = { login: string; home: string; keyFile: string; publicLine: string; fingerprint: string };

/** What a command printed, and how it ended. */
export type Ended = { code: number; stdout: string; stderr: string };

const keygenOptions = {
  rsa: ["-t", "rsa", "-b", "2048", "-m", "PEM"],
  ecdsa: ["-t", "ecdsa", "-b", "256", "-m", "PEM"],
  ecdsa521: ["-t", "ecdsa", "-b", "521", "-m", "PEM"],
  ed25519: ["-t", "ed25519"],
};

/** The service on a free port, with its own state and people, as `npm start -- --empty` runs it. */
export class Service {
  readonly folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-clients-"));
  port = 0;
  #server: ChildProcess | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Provisions, starts, and answers once it is ready. */
  async start(file: unknown): Promise<void> {
    this.port = await freePort();
    const state = join(this.folder, "state");
    const path = join(this.folder, "provision.json");
    writeFileSync(path, JSON.stringify(file));
    await run(process.execPath, [join(root, "scripts/provision.ts"), "--state", state, path]);
    const start = [join(root, "scripts/start.ts"), "--port", String(this.port), "--state", state, "--empty"];
    this.#server = spawn(process.execPath, start, { cwd: root, stdio: "ignore" });
    await this.#answers();
  }

  async #answers(): Promise<void> {
    for (
      const deadline = Date.now() + 40_000;
      Date.now() < deadline;
      await new Promise((done) => setTimeout(done, 200))
    ) {
      const answer = await fetch(`${this.url}/--ping`).catch(() => undefined);
      if (answer?.ok) return;
    }
    throw new Error(`no service on ${this.url}`);
  }

  async stop(): Promise<void> {
    if (this.#server?.exitCode === null && this.#server.kill("SIGTERM")) await once(this.#server, "exit");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Makes a key of this type for a login. */
  async person(login: string, type: keyof typeof keygenOptions = "rsa"): Promise<Person> {
    const home = join(this.folder, `${login}-${type}`);
    const keyFile = join(home, ".ssh", `id_${type}`);
    mkdirSync(join(home, ".ssh"), { recursive: true, mode: 0o700 });
    await run("ssh-keygen", ["-q", ...keygenOptions[type], "-N", "", "-C", `${login}-${type}`, "-f", keyFile]);
    const publicLine = readFileSync(`${keyFile}.pub`, "utf8").trim();
    const wire = Buffer.from(publicLine.split(" ")[1] ?? "", "base64");
    const fingerprint = createHash("md5")
      .update(wire)
      .digest("hex")
      .replace(/..(?=.)/g, "$&:");
    return { login, home, keyFile, publicLine, fingerprint };
  }

  /** The environment of a person's terminal: no key, agent or profile but their own. */
  terminal(person: Person, more: Record<string, string> = {}): Record<string, string> {
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
  triton(person: Person, args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
    return clientCommand("triton/bin/triton", args, this.terminal(person, environment));
  }

  /** `sdc-… …` as this person types it. */
  sdc(person: Person, command: string, args: readonly string[]): Promise<Ended> {
    return clientCommand(`smartdc/bin/${command}`, args, this.terminal(person));
  }
}

/** smartdc dies on Node 24: the clients run on the Node of their own folder, or on one that CLIENTS_NODE names. */
const clientNode = process.env["CLIENTS_NODE"] ?? join(clients, ".bin/node");

function clientCommand(path: string, args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return run(clientNode, ["--no-deprecation", join(clients, path), ...args], env);
}

/** Runs a program to its end. */
export function run(file: string, args: readonly string[], env?: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { timeout: 60_000, maxBuffer: 50_000_000, ...(env && { env }) };
    const child = execFile(file, [...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(child.exitCode ?? 1) : 0, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
