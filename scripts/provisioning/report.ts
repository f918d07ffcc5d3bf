import { count, type ProvisionFile } from "./entries.ts";
import { escapeControls } from "./fields.ts";
import { type Comparison, type Counts, countDifferences, type LoadReport } from "./load.ts";
import type { AccountDifference } from "./load-accounts.ts";
import type { ImageDifference } from "./load-images.ts";

/** A provision file, its name, and what a load changed or would change. */
export type ComparedFile = { name: string; file: ProvisionFile; compared: Comparison };

/** What a load did with a file, or would do. Images and owners are UUIDs. */
export type FileReport = LoadReport & {
  file: string;
  keys: { added: number; removed: number };
  /** How many revisions came with new images. */
  revisions: number;
  /** Images that were destroyed and came back. */
  restored: readonly string[];
  /** Images that lost what clients had changed, and which fields. */
  undone: readonly { uuid: string; fields: readonly string[] }[];
  /** How many accounts and images lost the value of a field, because the file leaves it out. */
  cleared: Readonly<Record<string, number>>;
  ownersWithoutAccount: readonly string[];
  notKept: Readonly<Record<string, number>>;
  /** How many entries were CloudAPI's, and how many of them lacked a field that CloudAPI always shows. */
  fromCloudApi: { images: number; without: Readonly<Record<string, number>> };
  /** How many entries were manifests of version 1, or imgadm's, and how many lack `os`, `type` or a file's field. */
  forms: ProvisionFile["forms"];
};

export function makeReport(
  { name, file, compared }: ComparedFile,
  ownersWithoutAccount: readonly string[],
): FileReport {
  const { accounts, images } = countDifferences(file, compared);
  const [accountRows, imageRows] = [indexRows(file.accounts), indexRows(file.images)];
  return {
    file: name,
    accounts,
    keys: {
      added: compared.accounts.flatMap(({ keysAdded }) => keysAdded).length,
      removed: compared.accounts.flatMap(({ keysRemoved }) => keysRemoved).length,
    },
    images,
    revisions: compared.images.flatMap(({ isNew, uuid }) => (isNew && file.histories.get(uuid)) || []).length,
    restored: compared.images.filter(({ isBack }) => isBack).map(({ uuid }) => uuid),
    undone: compared.images
      .filter(({ isBack, undone }) => !isBack && undone.length > 0)
      .map(({ uuid, undone }) => ({ uuid, fields: undone })),
    cleared: Object.fromEntries(
      count([
        ...compared.accounts.flatMap((one) => listCleared(one, accountRows)),
        ...compared.images.flatMap((one) => listCleared(one, imageRows)),
      ]),
    ),
    ownersWithoutAccount,
    notKept: Object.fromEntries(file.notKept),
    fromCloudApi: { images: file.fromCloudApi.images, without: Object.fromEntries(file.fromCloudApi.without) },
    forms: file.forms,
  };
}

type Rows = ReadonlyMap<string, object>;

const indexRows = (rows: readonly { uuid: string }[]): Rows => new Map(rows.map((row) => [row.uuid, row]));

/** The fields that differ, and that the file leaves out. */
const listCleared = ({ uuid, changed }: { uuid: string; changed: readonly string[] }, rows: Rows): string[] =>
  changed.filter((name) => Reflect.get(rows.get(uuid) ?? {}, name) === null);

/** Formats the report as one line. */
export function formatReport(report: FileReport): string {
  const {
    file,
    accounts,
    keys,
    images,
    revisions,
    restored,
    undone,
    cleared,
    ownersWithoutAccount,
    fromCloudApi,
    forms,
  } = report;
  const notKept = listCounts(report.notKept);
  const without = listCounts(fromCloudApi.without);
  const parts = [
    `accounts ${formatCounts(accounts)}`,
    keys.added + keys.removed > 0 && `keys ${keys.added} added, ${keys.removed} removed`,
    `images ${formatCounts(images)}`,
    revisions > 0 && `revisions ${revisions} added`,
    fromCloudApi.images > 0 && `from CloudAPI ${fromCloudApi.images}${without && `, without ${without}`}`,
    forms.imgadm > 0 && `${forms.imgadm} from imgadm`,
    forms.v1 > 0 && `${forms.v1} upgraded from version 1`,
    forms.incomplete > 0 && `without os, type or a field of the file, which strict clients need: ${forms.incomplete}`,
    restored.length > 0 && `brought back: ${listSome(restored)}`,
    undone.length > 0 && `clients' changes undone: ${listSome(undone.map(({ uuid }) => uuid))}`,
    Object.keys(cleared).length > 0 && `cleared, because the file leaves them out: ${listCounts(cleared)}`,
    ownersWithoutAccount.length > 0 && `owners without an account: ${listSome(ownersWithoutAccount)}`,
    notKept && `not kept: ${notKept}`,
  ];
  return escapeControls(`${file}: ${parts.filter(Boolean).join("; ")}`);
}

/** Formats counts: `icon (1), urn (2)`, or nothing. */
const listCounts = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} (${count})`)
    .join(", ");

const formatCounts = ({ added, replaced, unchanged }: Counts): string =>
  `${added} added, ${replaced} replaced, ${unchanged} unchanged`;

const maxNamed = 5;

const listSome = (uuids: readonly string[]): string => {
  const more = uuids.length > maxNamed ? ` and ${uuids.length - maxNamed} more` : "";
  return uuids.slice(0, maxNamed).join(", ") + more;
};

/** Formats a line for each entry that a load would change. */
export const formatDifferences = ({ name, compared: { accounts, images } }: ComparedFile): string[] =>
  [...accounts.map(formatAccount), ...images.map(formatImage)].map((line) => escapeControls(`${name}: ${line}`));

function formatAccount({ uuid, login, isNew, changed, keysAdded, keysRemoved }: AccountDifference): string {
  const parts = [
    isNew && "would be added",
    changed.length > 0 && `${changed.join(", ")} would change`,
    keysAdded.length > 0 && `keys would be added: ${keysAdded.join(", ")}`,
    keysRemoved.length > 0 && `keys would be removed: ${keysRemoved.join(", ")}`,
  ];
  return `account ${uuid} (${login}): ${parts.filter(Boolean).join("; ")}`;
}

function formatImage({ uuid, isNew, isBack, changed, undone }: ImageDifference): string {
  if (isNew) return `image ${uuid}: would be added`;
  const clients = undone.length > 0 && !isBack ? `, which undoes what a client changed: ${undone.join(", ")}` : "";
  return `image ${uuid}: ${isBack ? "would come back; " : ""}${changed.join(", ")} would change${clients}`;
}
