/**
 * The releases of the API: the versions that each serves, and whether it shows an image's stored `type` (before 8.0.0,
 * `smartmachine` or `virtualmachine`). docs/contract.md#versions
 */
const releases = {
  "7.2.0": { versions: ["7.0.0", "7.1.0", "7.2.0"], hasStoredTypes: false },
  "7.3.0": { versions: ["7.3.0"], hasStoredTypes: false },
  "8.0.0": { versions: ["8.0.0"], hasStoredTypes: true },
  "9.0.0": { versions: ["9.0.0"], hasStoredTypes: true },
} as const satisfies Record<string, { versions: readonly string[]; hasStoredTypes: boolean }>;

/** A release as it names itself in `X-Api-Version`. */
export type Release = keyof typeof releases;

/** Every release, oldest first. */
export const releaseNames = Object.keys(releases).filter((name): name is Release => name in releases);

/** Every version that a client may ask for, oldest first, and its release. */
const releaseOfVersion: ReadonlyMap<string, Release> = new Map(
  releaseNames.flatMap((release) => releases[release].versions.map((version) => [version, release] as const)),
);

/** The versions that a client may ask for, oldest first. */
export const versions: readonly string[] = [...releaseOfVersion.keys()];

/** Finds the release of a version. */
export const findRelease = (version: string): Release | undefined => releaseOfVersion.get(version);

export const hasStoredTypes = (release: Release): boolean => releases[release].hasStoredTypes;
