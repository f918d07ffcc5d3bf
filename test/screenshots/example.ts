import { Person } from "../support/person.ts";

/** Whose images the pictures show, and who shares some with her. */
const ada = { uuid: "5f2e9f0a-7c1d-4b0e-9a43-1d6c0d1f8a01", login: "ada" };
const platform = { uuid: "930896af-bf8c-48d4-885c-6573a94b1853", login: "platform" };
const teams = ["0b6e3c52-0c0a-4a54-8f0e-2f6a0f7c1b11", "c7a1d9e4-51f3-4a8e-b1de-4f8b6f0e2c22"];

/** One's own images: name, version, type, os, published, and what else a row shows. */
const own: readonly (readonly [string, string, string, string, string, object?])[] = [
  ["base-64-lts", "24.4.1", "zone-dataset", "smartos", "2026-11-12", { public: true }],
  ["base-64-lts", "24.4.0", "zone-dataset", "smartos", "2026-08-03", { public: true }],
  ["base-64-lts", "23.4.0", "zone-dataset", "smartos", "2025-02-18", { public: true, state: "disabled" }],
  ["minimal-64-lts", "24.4.1", "zone-dataset", "smartos", "2026-11-12", { public: true }],
  ["postgres-17", "3.2.0", "zone-dataset", "smartos", "2026-10-29", { acl: teams }],
  ["postgres-17", "3.1.4", "zone-dataset", "smartos", "2026-09-16", { acl: teams }],
  ["postgres-16", "2.9.0", "zone-dataset", "smartos", "2026-03-21", { acl: teams.slice(1) }],
  ["valkey-8", "1.4.2", "zone-dataset", "smartos", "2026-10-08", { acl: teams.slice(1) }],
  ["haproxy-3", "1.12.0", "zone-dataset", "smartos", "2026-11-04"],
  ["haproxy-3", "1.11.7", "zone-dataset", "smartos", "2026-07-22"],
  ["prometheus", "2.55.1", "lx-dataset", "linux", "2026-10-15"],
  ["grafana", "12.2.0", "lx-dataset", "linux", "2026-10-15"],
  ["debian-13", "20261101", "zvol", "linux", "2026-11-01", { public: true }],
  ["debian-12", "20260614", "zvol", "linux", "2026-06-14", { public: true }],
  ["ubuntu-26.04", "20261018", "zvol", "linux", "2026-10-18", { acl: teams }],
  ["freebsd-15", "20260930", "zvol", "bsd", "2026-09-30"],
  ["rocky-10", "20260822", "zvol", "linux", "2026-08-22", { state: "unactivated" }],
  ["windows-2025", "1.2.0", "zvol", "windows", "2026-05-09"],
  ["ci-runner", "0.38.0", "lx-dataset", "linux", "2026-11-20", { state: "failed" }],
  ["api-gateway", "7.3.1", "docker", "linux", "2026-11-18"],
  ["api-gateway", "7.3.0", "docker", "linux", "2026-11-06"],
  ["billing-worker", "4.0.2", "docker", "linux", "2026-10-31", { acl: teams.slice(1) }],
];

const others: typeof own = [
  ["pkgbuild", "24.4.0", "zone-dataset", "smartos", "2026-08-05", { acl: [ada.uuid] }],
  ["hardened-64", "2.1.0", "zone-dataset", "smartos", "2026-09-11", { acl: [ada.uuid] }],
  ["alma-10", "20261003", "zvol", "linux", "2026-10-03", { public: true }],
];

const details = {
  description: "PostgreSQL 17 with streaming replication, WAL archiving to object storage and nightly base backups.",
  homepage: "https://wiki.example.com/images/postgres",
  tags: { role: "database", team: "storage", tier: "production" },
};

const makeId = (at: number): string => `3a7c51d0-94b2-4e68-8f17-${String(at).padStart(12, "0")}`;

/** The image that the pictures of one image show. */
export const shownImage = makeId(own.findIndex(([name]) => name === "postgres-17"));

const makeImages = (rows: typeof own, owner: string, from: number): object[] =>
  rows.map(([name, version, type, os, day, more], at) => ({
    v: 2,
    uuid: makeId(from + at),
    owner,
    name,
    version,
    type,
    os,
    published_at: `${day}T09:30:00Z`,
    ...(makeId(from + at) === shownImage && details),
    ...more,
  }));

/** What the pictures show, as `npm run provision` takes it, and who signs in: at two places, so that edits can meet. */
export type Example = { accounts: object[]; images: object[]; laptop: Person; desk: Person };

/** The example, with throwaway keys. */
export function makeExample(): Example {
  const [laptop, desk] = [makeAda("laptop"), makeAda("desk")];
  return {
    accounts: [{ ...ada, keys: [...laptop.account.keys, ...desk.account.keys] }, platform],
    images: [...makeImages(own, ada.uuid, 0), ...makeImages(others, platform.uuid, 500)],
    laptop,
    desk,
  };
}

const makeAda = (keyName: string): Person => new Person(ada.uuid, ada.login, { keyName });
