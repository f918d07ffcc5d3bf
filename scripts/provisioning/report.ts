import type { Comparison } from "./compare.ts";
import type { ProvisionFile } from "./entries.ts";
import type { Counts, LoadReport } from "./load.ts";
import type { AccountDifference } from "./load-accounts.ts";
import type { ImageDifference } from "./load-images.ts";

/** What became of a file, or would become of it. The lists are UUIDs. */
export type FileReport = LoadReport & {
  file: string;
  keys: { added: number; removed: number };
  /** How many revisions came with images that were new. */
  revisions: number;
  /** Images that were destroyed and came back. */
  restored: readonly string[];
  /** Images that lost what clients had changed, and which fields. */
  undone: readonly { uuid: string; fields: readonly string[] }[];
  ownersWithoutAccount: readonly string[];
  notKept: Readonly<Record<string, number>>;
  /** How many entries were CloudAPI's, and how many of them lacked a field that an answer shows. */
  fromCloudApi: { images: number; without: Readonly<Record<string, number>> };
};

type Reported = {
  file: string;
  provision: ProvisionFile;
  compared: Comparison;
  ownersWithoutAccount: readonly string[];
};

/** The report of a load. @param loaded what it counted */
export function makeReport(
  { file, provision, compared, ownersWithoutAccount }: Reported,
  { accounts, images }: LoadReport,
): FileReport {
  const countKeys = (list: "keysAdded" | "keysRemoved") =>
    compared.accounts.reduce((sum, account) => sum + account[list].length, 0);
  return {
    file,
    accounts,
    keys: { added: countKeys("keysAdded"), removed: countKeys("keysRemoved") },
    images,
    revisions: countRevisions(provision, compared),
    restored: compared.images.filter(({ isBack }) => isBack).map(({ uuid }) => uuid),
    undone: compared.images
      .filter(({ isBack, undone }) => !isBack && undone.length > 0)
      .map(({ uuid, undone }) => ({ uuid, fields: undone })),
    ownersWithoutAccount,
    notKept: Object.fromEntries(provision.notKept),
    fromCloudApi: {
      images: provision.fromCloudApi.images,
      without: Object.fromEntries(provision.fromCloudApi.without),
    },
  };
}

/** What a load would count. */
export const countDifferences = ({ accounts, images }: ProvisionFile, compared: Comparison): LoadReport => ({
  accounts: countKind(accounts.length, compared.accounts),
  images: countKind(images.length, compared.images),
});

/** How many revisions come with images that are new. */
const countRevisions = ({ histories }: ProvisionFile, { images }: Comparison): number =>
  images.filter(({ isNew }) => isNew).reduce((sum, { uuid }) => sum + (histories.get(uuid)?.length ?? 0), 0);

function countKind(entries: number, differences: readonly { isNew: boolean }[]): Counts {
  const added = differences.filter(({ isNew }) => isNew).length;
  return { added, replaced: differences.length - added, unchanged: entries - differences.length };
}

/** The report as one line. */
export function formatReport(report: FileReport): string {
  const { file, accounts, keys, images, revisions, restored, undone, ownersWithoutAccount, fromCloudApi } = report;
  const notKept = listCounts(report.notKept);
  const without = listCounts(fromCloudApi.without);
  const parts = [
    `accounts ${formatCounts(accounts)}`,
    ...(keys.added + keys.removed > 0 ? [`keys ${keys.added} added, ${keys.removed} removed`] : []),
    `images ${formatCounts(images)}`,
    ...(revisions > 0 ? [`revisions ${revisions} added`] : []),
    ...(fromCloudApi.images > 0
      ? [`from CloudAPI ${fromCloudApi.images}${without ? `, without ${without}` : ""}`]
      : []),
    ...(restored.length > 0 ? [`brought back: ${listSome(restored)}`] : []),
    ...(undone.length > 0 ? [`clients' changes undone: ${listSome(undone.map(({ uuid }) => uuid))}`] : []),
    ...(ownersWithoutAccount.length > 0 ? [`owners without an account: ${listSome(ownersWithoutAccount)}`] : []),
    ...(notKept ? [`not kept: ${notKept}`] : []),
  ];
  return `${file}: ${parts.join("; ")}`;
}

/** `icon (1), urn (2)`, or nothing. */
const listCounts = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} (${count})`)
    .join(", ");

const formatCounts = ({ added, replaced, unchanged }: Counts): string =>
  `${added} added, ${replaced} replaced, ${unchanged} unchanged`;

const maxNamed = 5;

const listSome = (uuids: readonly string[]): string =>
  uuids.length <= maxNamed
    ? uuids.join(", ")
    : `${uuids.slice(0, maxNamed).join(", ")} and ${uuids.length - maxNamed} more`;

/** What a load would do, one line for each entry that it would change. */
export const formatDifferences = (file: string, { accounts, images }: Comparison): string[] =>
  [...accounts.map(formatAccount), ...images.map(formatImage)].map((line) => `${file}: ${line}`);

function formatAccount({ uuid, login, isNew, changed, keysAdded, keysRemoved }: AccountDifference): string {
  const parts = [
    ...(isNew ? ["would be added"] : []),
    ...(changed.length > 0 ? [`${changed.join(", ")} would change`] : []),
    ...(keysAdded.length > 0 ? [`keys would be added: ${keysAdded.join(", ")}`] : []),
    ...(keysRemoved.length > 0 ? [`keys would be removed: ${keysRemoved.join(", ")}`] : []),
  ];
  return `account ${uuid} (${login}): ${parts.join("; ")}`;
}

function formatImage({ uuid, isNew, isBack, changed, undone }: ImageDifference): string {
  if (isNew) return `image ${uuid}: would be added`;
  const clients = undone.length > 0 && !isBack ? `, which undoes what a client changed: ${undone.join(", ")}` : "";
  return `image ${uuid}: ${isBack ? "would come back; " : ""}${changed.join(", ")} would change${clients}`;
}
