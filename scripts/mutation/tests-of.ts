const writes =
  "images/judge operations/safe-updates operations/idempotency-key operations/authority operations/dry-run";
const edits = "operations/tags operations/grants operations/revert-image";
const lists =
  "images/list-filters images/list-pages operations/list-images operations/list-filters operations/list-states operations/list-images.property operations/streamed-answers operations/large-tag-search";
const signatures = "auth/ refusals";
const accounts =
  "accounts/ operations/account operations/update-account operations/quotas operations/authority operations/lost-acknowledgements";
const history = "operations/image-audit operations/revert-image operations/history-bytes operations/history.property";

/** The tests in `test/`, by the beginning of a file's path. The longest beginning that fits counts. */
const rows: Readonly<Record<string, string>> = {
  "": "",
  "src/": "conformance refusals http/wire",
  "src/accounts/": `${accounts} operations/streamed-answers`,
  "src/caller/": `${signatures} operations/credential-cache`,
  "src/console/": "console/",
  "src/db/": `${writes} ${edits} ${accounts} operations/credential-cache`,
  "src/http/": "http/ refusals operations/streamed-answers",
  "src/images/": `images/ ${writes} ${edits} operations/quotas`,
  "src/images/account-": "operations/account-history operations/account-images",
  "src/images/clone-image": `operations/clone-image operations/quotas ${writes}`,
  "src/images/delete-image": `operations/delete-image operations/history-bytes ${writes}`,
  "src/images/image-audit": history,
  "src/images/image-write": `${writes} ${history}`,
  "src/images/list-": `${lists} operations/ignored-parameters`,
  "src/images/search-": lists,
  "src/images/visibility": `images/visibility ${lists} ${edits}`,
  "src/signature/": signatures,
  "src/syntax/": "http/",
  "migrations/": `db/ ${history} ${edits} operations/delete-image provisioning/`,
  "scripts/": "scripts/",
  "scripts/provisioning/": "provisioning/",
};

/** The project of vitest.config.ts and the tests that find most faults of a file in little time. */
export function findTestsOf(file: string): { project: string; tests: readonly string[] } {
  const [start = ""] = Object.keys(rows)
    .filter((beginning) => file.startsWith(beginning))
    .sort((one, other) => other.length - one.length);
  const names = new Set((rows[start] ?? "").split(" "));
  const tests = [...names].map((name) => `test/${name}${/^$|\/$/.test(name) ? "" : ".test.ts"}`);
  return { project: { "src/console/": "console", "scripts/": "scripts" }[start] ?? "worker", tests };
}
