import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Place } from "./shared-services.ts";
import { type Ended, run } from "./started.ts";

const root = join(import.meta.dirname, "../..");

/** A shell block of the documents that a test runs: its name, and the block whose shell it continues. */
export type Block = { name: string; after: string | undefined; text: string };

const readText = (file: string): string => readFileSync(join(root, file), "utf8");

/** The text of README.md, CONTRIBUTING.md and docs/. */
const documents: readonly string[] = [
  readText("README.md"),
  readText("CONTRIBUTING.md"),
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => readText(`docs/${name}`)),
];

/** The number of shell blocks in all documents, whatever stands above them. */
export const countShellBlocks = (): number =>
  documents.reduce((count, text) => count + [...text.matchAll(/^```sh$/gm)].length, 0);

/** The number of shell blocks that a document excepts from running, with a reason. */
export const countExceptions = (): number =>
  documents.reduce((count, text) => count + [...text.matchAll(/^<!-- not run: \S.* -->\n```sh$/gm)].length, 0);

/** The shell blocks that a document says are run, those that must run last at the end. */
export const blocks: readonly Block[] = documents
  .flatMap((text) =>
    [...text.matchAll(/^<!-- run: (\S+)(?: after: (\S+))?( last: .+)? -->\n```sh\n(.*?)^```$/gms)].map(
      ([, name = "", after, last, body = ""]) => ({ name, after, isLast: last !== undefined, text: body }),
    ),
  )
  .sort((one, other) => Number(one.isLast) - Number(other.isLast));

function findBlock(name: string): Block {
  const block = blocks.find((one) => one.name === name);
  if (!block) throw new Error(`no document has a block ${name}`);
  return block;
}

/** The block's own text, and before it that of the block whose shell it continues. */
function listTexts({ text, after }: Block): string[] {
  return after === undefined ? [text] : [...listTexts(findBlock(after)), text];
}

/** Whether a block needs programs that `npm test` does not require: triton, which `npm run test:clients` installs, or ssh-keygen. */
export const needsClients = (block: Block): boolean => /\b(?:triton|ssh-keygen) /.test(listTexts(block).join("\n"));

/** The commands of the documents, on a service that `npm start` runs. The folder's `.local` is the demo's home. */
export class DocumentedService {
  readonly folder: string;
  readonly #programs: string;
  readonly #state: string;
  readonly #port: number;
  readonly others: readonly number[];

  /** @param others ports for the services that the commands start: 8788 and 8789 in the documents */
  constructor({ folder, port, state }: Place, others: readonly number[] = []) {
    this.folder = folder;
    this.#programs = join(folder, "bin");
    this.#state = state;
    this.#port = port;
    this.others = others;
    for (const name of ["bin", "home/.ssh"]) mkdirSync(join(folder, name), { recursive: true });
  }

  /** Puts a program on the PATH of the commands. */
  addProgram(name: string, command: string): void {
    writeFileSync(join(this.#programs, name), `#!/bin/sh\nexec ${command} "$@"\n`);
    chmodSync(join(this.#programs, name), 0o755);
  }

  /** Runs a block as it stands in its document, then more commands in the same shell. @returns what both printed */
  runBlock(name: string, more = ""): Promise<Ended> {
    const texts = listTexts(findBlock(name)).map((text) => this.#adapt(text));
    const prelude = texts.slice(0, -1).map((text) => `{\n${text}\n} >/dev/null`);
    const env = {
      PATH: `${this.#programs}${delimiter}${process.env["PATH"]}`,
      HOME: join(this.folder, "home"),
    };
    // Services that the commands start end with them.
    const endAll = "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT";
    const script = [endAll, ...prelude, texts.at(-1), more].join("\n");
    return run("bash", ["-e", "-c", script], { cwd: this.folder, env });
  }

  /** Replaces the port, and names the database and the project's folder, which is not the folder of the commands. */
  #adapt(text: string): string {
    const adapted = text
      .replaceAll("127.0.0.1:8787", `127.0.0.1:${this.#port}`)
      .replaceAll("npm run provision -- ", `npm --prefix "${root}" run provision -- --state ${this.#state} `)
      .replaceAll(
        "npm run --silent check-state",
        `npm --prefix "${root}" run --silent check-state -- --state ${this.#state}`,
      )
      .replaceAll(
        "npm run --silent export -- ",
        `npm --prefix "${root}" run --silent export -- --state ${this.#state} `,
      )
      .replaceAll(
        "npm run --silent follow -- ",
        `npm --prefix "${root}" run --silent follow -- --url http://127.0.0.1:${this.#port} `,
      )
      .replaceAll("npm run serve -- ", `npm --prefix "${root}" run serve -- `)
      .replace(/\b878[89]\b/g, (port) => String(this.others[Number(port) - 8788] ?? port));
    const [left] = /878[789]|npm (?!--prefix).*/.exec(adapted) ?? [];
    if (left !== undefined) throw new Error(`the test does not know how to run: ${left}`);
    return adapted;
  }
}
