/** The project and the tests that say most of a file in little time. */
export type Selection = { project: string; tests: readonly string[] };

const writes = [
  "test/images/judge.test.ts",
  "test/operations/safe-updates.test.ts",
  "test/operations/idempotency-key.test.ts",
  "test/operations/authority.test.ts",
  "test/operations/dry-run.test.ts",
];
const edits = [
  "test/operations/tags.test.ts",
  "test/operations/grants.test.ts",
  "test/operations/revert-image.test.ts",
];
const lists = [
  "test/images/list-filters.test.ts",
  "test/images/list-pages.test.ts",
  "test/operations/list-images.test.ts",
  "test/operations/list-filters.test.ts",
  "test/operations/list-states.test.ts",
  "test/operations/list-images.property.test.ts",
  "test/operations/streamed-answers.test.ts",
  "test/operations/large-tag-search.test.ts",
];
const signatures = ["test/auth/", "test/refusals.test.ts"];
const accounts = [
  "test/accounts/",
  "test/operations/account.test.ts",
  "test/operations/update-account.test.ts",
  "test/operations/quotas.test.ts",
  "test/operations/authority.test.ts",
  "test/operations/lost-acknowledgements.test.ts",
];
const history = [
  "test/operations/image-audit.test.ts",
  "test/operations/revert-image.test.ts",
  "test/operations/history-bytes.test.ts",
  "test/operations/history.property.test.ts",
];

/** By the beginning of a file's path: the longest that fits counts. */
const rows: readonly (readonly [string, readonly string[], string?])[] = [
  ["src/", ["test/conformance.test.ts", "test/refusals.test.ts", "test/http/wire.test.ts"]],
  ["src/accounts/", [...accounts, "test/operations/streamed-answers.test.ts"]],
  ["src/caller/", [...signatures, "test/operations/credential-cache.test.ts"]],
  ["src/console/", ["test/console/"], "console"],
  ["src/db/", [...writes, ...edits, ...accounts, "test/operations/credential-cache.test.ts"]],
  ["src/http/", ["test/http/", "test/refusals.test.ts", "test/operations/streamed-answers.test.ts"]],
  ["src/images/", ["test/images/", ...writes, ...edits, "test/operations/quotas.test.ts"]],
  ["src/images/clone-image", ["test/operations/clone-image.test.ts", "test/operations/quotas.test.ts", ...writes]],
  [
    "src/images/delete-image",
    ["test/operations/delete-image.test.ts", "test/operations/history-bytes.test.ts", ...writes],
  ],
  ["src/images/image-audit", history],
  ["src/images/image-write", [...writes, ...history]],
  ["src/images/list-", [...lists, "test/operations/ignored-parameters.test.ts"]],
  ["src/images/search-", lists],
  ["src/images/visibility", ["test/images/visibility.test.ts", ...lists, ...edits]],
  ["src/signature/", signatures],
  ["src/syntax/", ["test/http/"]],
  ["migrations/", ["test/db/", ...history, ...edits, "test/operations/delete-image.test.ts", "test/provisioning/"]],
  ["scripts/provisioning/", ["test/provisioning/"]],
  ["scripts/", ["test/scripts/"], "scripts"],
];

/** The tests that a mutant of the file is shown to, unless others are named. */
export function findTestsOf(file: string): Selection {
  const fitting = rows.filter(([start]) => file.startsWith(start));
  const [, tests, project = "worker"] = fitting.toSorted(([one], [other]) => other.length - one.length)[0] ?? [
    "",
    ["test/"],
  ];
  return { project, tests: [...new Set(tests)] };
}
