import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { takeOut } from "../../src/console/edit/accounts.ts";
import { formatNameLines, readNameLines } from "../../src/console/name-rules.ts";
import { fold, type Names, resolveNames } from "../../src/console/names.ts";
import { makeUuid } from "../support/uuids.ts";

const [ann, ben, carl] = [makeUuid(1), makeUuid(2), makeUuid(3)];
const before: Names = new Map([
  [ann, "Ann of accounting"],
  [ben, "ben"],
]);

describe("lines of UUIDs and names", () => {
  it("add and change names, with the white space of a paste", () => {
    const read = readNameLines(`\r\n  ${carl.toUpperCase()} \t Carl   the 3rd \n\n${ben} Ben\n`, before);
    expect(read).toEqual({
      names: new Map([
        [ann, "Ann of accounting"],
        [ben, "Ben"],
        [carl, "Carl the 3rd"],
      ]),
      count: 2,
    });
  });

  it.each([
    ["", "Enter the UUID of an account and a name for it."],
    [ann, "Enter a name after the UUID."],
    ["carl", `"carl" is no UUID. An account's is such as 47034e57-42d1-0342-b302-00db733e8c8a.`],
    [`${carl} ${"x".repeat(65)}`, "The name has 65 characters; it may have 64."],
    [`${carl} a, b`, "A name has no commas, semicolons or control characters."],
    [`${carl} \u202Egnp`, "A name has no commas, semicolons or control characters."],
    [`${carl} ${ann}`, "A name looks like no UUID: it would be taken for another account."],
    [`${carl} YOU`, `"you" is what the console calls your own account.`],
    [`${carl} BEN`, `"BEN" is the name of ${ben} already.`],
    [`${carl} carl\n${makeUuid(4)} ﬁne\n${makeUuid(5)} fine`, `Line 3: "fine" is the name of ${makeUuid(4)} already.`],
  ])("are refused as a whole, by the first mistake: %j", (text, mistake) => {
    expect(readNameLines(text, before)).toEqual({ mistake });
  });

  it("are at most 1000", () => {
    const lines = Array.from({ length: 1000 }, (_, at) => `${makeUuid(100 + at)} n${at}`);
    expect(readNameLines(lines.join("\n"), new Map())).toMatchObject({ count: 1000 });
    expect(readNameLines(lines.join("\n"), before)).toEqual({
      mistake: "These would be 1002 names; at most 1000 are kept.",
    });
  });

  it("give no two accounts one name, whatever is typed", () => {
    const line = fc.tuple(fc.nat({ max: 5 }), fc.constantFrom("a", "A", "b c", "B  C", "ﬁ", "fi", "you", "x,"));
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 4 }), { maxLength: 6 }), (pastes) => {
        let names: Names = new Map();
        for (const paste of pastes) {
          const read = readNameLines(paste.map(([id, name]) => `${makeUuid(id)} ${name}`).join("\n"), names);
          if ("names" in read) names = read.names;
        }
        const folded = [...names.values()].map(fold);
        expect(new Set(folded).size).toBe(folded.length);
        for (const [id, name] of names) expect(resolveNames(name, names)).toBe(id);
        // Another browser takes the lines of this one.
        if (names.size > 0)
          expect(readNameLines(formatNameLines(names), new Map())).toEqual({ names, count: names.size });
      }),
    );
  });
});

it("a list of accounts may have names among UUIDs; what is neither stays", () => {
  expect(resolveNames(`ann OF  accounting, ben ${carl}; dora\n`, before)).toBe([ann, ben, carl, "dora"].join("\n"));
  expect(resolveNames(" \n", before)).toBe("");
});

it("of a list, what is shared goes, by UUID and by name; all else stays as it is typed", () => {
  const take = (text: string, ...shared: string[]) => takeOut(text, shared, before);
  expect(take(`${ann} ${ben}\n${carl}`, ann, ben)).toBe(carl);
  expect(take(`ann OF  accounting, Ben ${carl}; dora\n`, ann, ben)).toBe(`${carl}; dora\n`);
  expect(take(`${ann}, \n`, ann)).toBe("");
  // What is typed since, with the blank after it; and what is changed since is no longer what was sent.
  expect(take(`${ann} ${carl} `, ann)).toBe(`${carl} `);
  expect(take(`${ann.slice(0, -1)} ben of sales`, ann)).toBe(`${ann.slice(0, -1)} ben of sales`);
  expect(take(carl, ann, ben)).toBe(carl);
});
