import { posix } from "node:path";
import { listAnchors, listLinks } from "./markdown.ts";
import { type Mistake, readText } from "./repository.ts";

/** A target with its file resolved against the project's folder; `anchor` is empty where there is none. */
export type Target = { file: string; anchor: string };

/** The relative links and images of every document that lead nowhere. */
export const checkLinks = (files: readonly string[]): Mistake[] =>
  files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) =>
      listLinks(readText(file))
        .filter(({ target }) => !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target))
        .flatMap(({ target, line }) => {
          const problem = findProblem(resolveTarget(file, target), files);
          return problem ? [{ file, line, what: `the link ${target} leads nowhere: ${problem}` }] : [];
        }),
    );

function resolveTarget(from: string, target: string): Target {
  const [path = "", anchor = ""] = target.split("#").map(decodeURIComponent);
  if (path === "") return { file: from, anchor };
  return { file: posix.join(path.startsWith("/") ? "" : posix.dirname(from), path), anchor };
}

/** Why a target leads nowhere; undefined where it leads to a file, or a folder, and to a heading of it. */
export function findProblem({ file, anchor }: Target, files: readonly string[]): string | undefined {
  const folder = `${file.replace(/\/$/, "")}/`;
  if (!files.includes(file) && !files.some((known) => known.startsWith(folder))) return `there is no ${file}`;
  if (anchor === "") return undefined;
  const anchors = file.endsWith(".md") ? listAnchors(readText(file)) : new Set();
  return anchors.has(anchor) ? undefined : `${file} has no heading for #${anchor}`;
}
