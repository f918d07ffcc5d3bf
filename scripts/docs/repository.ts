import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What is wrong in a document, and where. `file` is relative to the project's folder, `line` counts from 1. */
export type Mistake = { file: string; line: number; what: string };

const root = join(import.meta.dirname, "../..");

/** Every file that git tracks, or would track, by its path from the project's folder. */
export function listFiles(): string[] {
  const options = ["--cached", "--others", "--exclude-standard", "-z"];
  const listed = execFileSync("git", ["ls-files", ...options], { cwd: root, encoding: "utf8" });
  return [...new Set(listed.split("\0"))].filter((file) => file !== "" && existsSync(join(root, file))).sort();
}

const texts = new Map<string, string>();

/** The text of a file, read once. */
export function readText(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(root, file), "utf8");
  texts.set(file, text);
  return text;
}

/** The line, from 1, that holds the character at an offset. */
export const findLine = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;
