import type { Dump, DumpedEntry } from "./dump.ts";

const kinds = ["accounts", "images"] as const satisfies readonly (keyof Dump)[];

/** The text of a provision file, piece by piece: as `JSON.stringify(dump, null, 2)`, which is one string, would have it. */
export async function* formatEntries(entries: AsyncIterable<DumpedEntry>): AsyncGenerator<string> {
  let at = 0;
  let isFirst = true;
  yield `{\n  "${kinds[at]}": [`;
  for await (const { kind, entry } of entries) {
    for (; kinds[at] !== kind; at += 1, isFirst = true) yield `${end(isFirst)},\n  "${kinds[at + 1]}": [`;
    yield `${isFirst ? "" : ","}\n    ${JSON.stringify(entry, null, 2).replaceAll("\n", "\n    ")}`;
    isFirst = false;
  }
  for (; at < kinds.length - 1; at += 1, isFirst = true) yield `${end(isFirst)},\n  "${kinds[at + 1]}": [`;
  yield `${end(isFirst)}\n}\n`;
}

const end = (isEmpty: boolean): string => (isEmpty ? "]" : "\n  ]");
