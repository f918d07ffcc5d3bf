import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeMutants, sample } from "../../scripts/mutation/mutants.ts";
import { findTestsOf } from "../../scripts/mutation/tests-of.ts";

/** The texts of a file's mutants. */
const mutate = (text: string, isSql = false): string[] => makeMutants(text, isSql).map((mutant) => mutant.text);

describe("makeMutants plants one fault at a time", () => {
  it.each<[string, string, string[]]>([
    [
      "comparisons",
      "f(a === b, c !== d, e < g);",
      ["f(a !== b, c !== d, e < g);", "f(a === b, c === d, e < g);", "f(a === b, c !== d, e <= g);"],
    ],
    ["bounds", "const most = 10_000;", ["const most = 10001;", "const most = 9999;"]],
    ["a bound of zero, which has nothing below it", "const least = 0;", ["const least = 1;"]],
    ["both", "const is = a && b;", ["const is = a || b;"]],
    ["a negation", "const is = !a;", ["const is = a;"]],
    ["an await", "const a = await b();", ["const a = b();"]],
    ["truth", "const is = true;", ["const is = false;"]],
    ["an if", "if (a(b)) c();", ["if (true) c();", "if (false) c();"]],
    ["a clause of and()", "and(a(b, c), d)", ["and( d)", "and(a(b, c),)"]],
    ["a statement", "{\n  headers.set(a, b);\n}", ["{\n}"]],
    [
      "a row of an object",
      '{\n  "Content-Type": type,\n  ...more,\n}',
      ["{\n  ...more,\n}", '{\n  "Content-Type": type,\n}'],
    ],
  ])("of %s", (_, text, mutants) => {
    expect(mutate(text)).toEqual(mutants);
  });

  it.each<[string, string]>([
    ["comments", "// a && b\n/* !c */\n"],
    ["texts", '"a && b, 5" + `1 === 2`'.replace(" + ", "; ")],
    ["regular expressions", "const shape = /a && b{2}/;"],
    ["types and imports", 'import { a } from "b";\ntype A = { b: 5 };\n'],
    ["an assertion of a type", "f(a!.b);"],
  ])("but none in %s", (_, text) => {
    expect(mutate(text)).toEqual([]);
  });

  it("in the SQL of a template, and in the code within it", () => {
    expect(mutate(`sql\`a = \${b === c} AND NOT d\``)).toEqual([
      `sql\`a <> \${b === c} AND NOT d\``,
      `sql\`a = \${b !== c} AND NOT d\``,
      `sql\`a = \${b === c} OR NOT d\``,
      `sql\`a = \${b === c} \``,
      `sql\`a = \${b === c} AND d\``,
    ]);
  });

  it("in a file of SQL: conditions, terms, bounds, order", () => {
    const text = "DELETE FROM t WHERE a = b AND (c IS NOT NULL OR d) ORDER BY e DESC LIMIT 4; -- NOT 5";
    const edits = [
      ["a = b AND ", ""],
      ["a = b", "a <> b"],
      [" AND (c", " OR (c"],
      [" AND (c IS NOT NULL OR d)", " "],
      ["IS NOT", "IS"],
      [" OR d", " AND d"],
      [" DESC", ""],
      ["4", "5"],
      ["4", "3"],
    ] as const;
    expect(mutate(text, true)).toEqual(edits.map(([was, now]) => text.replace(was, now)));
  });

  it("and says on which line, and what it was", () => {
    expect(makeMutants("a();\nif (b === c) d();", false)[0]).toMatchObject({ line: 2, was: "if (b === c) d();" });
    expect(makeMutants("{\n  a.b(c);\n}", false)).toEqual([
      { line: 2, was: "a.b(c);", now: "(removed)", text: "{\n}" },
    ]);
  });
});

it("a sample is the same for the same seed, in order, and at most so many", () => {
  const items = Array.from({ length: 100 }, (_, at) => at);
  const chosen = sample(items, { most: 10, seed: 7 });
  expect(chosen).toEqual(sample(items, { most: 10, seed: 7 }));
  expect([chosen.length, chosen]).toEqual([10, chosen.toSorted((one, other) => one - other)]);
  expect(chosen).not.toEqual(sample(items, { most: 10, seed: 8 }));
  expect(sample(items, { most: Number.POSITIVE_INFINITY, seed: 7 })).toEqual(items);
});

it("the tests of a file are those of its subject, in its project", () => {
  expect(findTestsOf("src/console/route.ts")).toEqual({ project: "console", tests: ["test/console/"] });
  expect(findTestsOf("scripts/serve.ts")).toEqual({ project: "scripts", tests: ["test/scripts/"] });
  expect(findTestsOf("src/db/authority.ts").tests).toContain("test/operations/credential-cache.test.ts");
});

it("the tests of every file are there", () => {
  const files = ["src", "scripts", "migrations"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name.replaceAll("\\", "/")}`),
  );
  const named = new Set(files.flatMap((file) => findTestsOf(file).tests));
  expect(named.size).toBeGreaterThan(30);
  expect([...named].filter((test) => !existsSync(test))).toEqual([]);
});
