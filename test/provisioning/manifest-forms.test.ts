import { expect, test } from "vitest";
import { readProvision } from "../../scripts/provisioning/entries.ts";

/** The files of image owners. docs/operating.md#files-of-image-owners has a row for each. */

const [uuid, creator, customer] = [
  "583287ae-366b-11e2-aea4-bf6c552eb39b",
  "a979f956-12cb-4216-bf4c-ae73e6f14dde",
  "11111111-1111-4111-8111-111111111111",
];

/** As the public images of 2012 had it; the values are ours. */
const v1 = {
  name: "faux-ubuntu",
  version: "2.2.1",
  type: "zvol",
  cpu_type: "qemu64",
  description: "A server",
  created_at: "2012-11-30T11:40:03.494Z",
  updated_at: "2012-11-30T11:40:03.494Z",
  published_at: "2012-11-30T11:40Z",
  os: "linux",
  image_size: "16384",
  files: [{ path: "faux-ubuntu-2.2.1.zfs.bz2", sha1: "4b2498d73ccd74dd3974b48fb328e4a6acff84cf", size: 121349552 }],
  requirements: { networks: [{ name: "net0", description: "public" }], ssh_key: true },
  disk_driver: "virtio",
  uuid,
  creator_uuid: creator,
  vendor_uuid: creator,
  creator_name: "sdc",
  platform_type: "smartos",
  cloud_name: "sdc",
  urn: "sdc:sdc:faux-ubuntu:2.2.1",
};

const stored = {
  uuid,
  owner: creator,
  name: "faux-ubuntu",
  version: "2.2.1",
  os: "linux",
  type: "zvol",
  requirements: '{"networks":[{"name":"net0","description":"public"}],"ssh_key":true}',
  image_size: 16384,
  description: "A server",
  files: '[{"compression":"bzip2","sha1":"4b2498d73ccd74dd3974b48fb328e4a6acff84cf","size":121349552}]',
  tags: null,
  homepage: null,
  published_at: "2012-11-30T11:40:00Z",
  public: true,
  state: "active",
  eula: null,
  acl: null,
  origin: null,
  error: null,
};

const v2 = {
  v: 2,
  uuid,
  owner: creator,
  name: "faux-ubuntu",
  version: "2.2.1",
  os: "linux",
  type: "zvol",
  requirements: v1.requirements,
  image_size: "16384",
  description: "A server",
  files: [{ sha1: v1.files[0]?.sha1, size: "121349552", compression: "bzip2" }],
  published_at: "2012-11-30T11:40:00Z",
  public: true,
  state: "active",
  disabled: false,
};
const { uuid: id, image_size: _, v: __, disabled: ___, ...shared } = v2;
const cloudApi = { ...shared, id, image_size: 16384 };

const dropped = [
  "cpu_type",
  "updated_at",
  "disk_driver",
  "vendor_uuid",
  "creator_name",
  "platform_type",
  "files.path",
  "cloud_name",
  "urn",
];
const none = { v1: 0, imgadm: 0, incomplete: 0 };

type Row = { file: unknown; fields?: object; forms?: object; notKept?: readonly string[] };

const rows: Readonly<Record<string, Row>> = {
  "a manifest of version 1": { file: v1, forms: { v1: 1 }, notKept: [...dropped, "created_at"] },
  "a manifest of version 1, restricted and disabled, without published_at": {
    file: { ...v1, restricted_to_uuid: customer, disabled: true, published_at: undefined },
    fields: { public: false, acl: `["${customer}"]`, state: "disabled", published_at: v1.created_at },
    forms: { v1: 1 },
    notKept: dropped,
  },
  "a manifest of version 2, its sizes as text": { file: v2 },
  "a list of CloudAPI": { file: [cloudApi] },
  "imgadm list -j": {
    file: [{ manifest: v2, zpool: "zones", cloneNames: [], source: "https://x" }],
    forms: { imgadm: 1 },
    notKept: ["zpool", "cloneNames", "source"],
  },
  "imgadm avail -j": { file: [{ manifest: v2, source: "https://x" }], forms: { imgadm: 1 }, notKept: ["source"] },
  "imgadm get": { file: { manifest: v2, zpool: "zones" }, forms: { imgadm: 1 }, notKept: ["zpool"] },
  "imgadm get of a manifest of version 1": {
    file: { manifest: v1, zpool: "zones" },
    forms: { imgadm: 1, v1: 1 },
    notKept: ["zpool", ...dropped, "created_at"],
  },
};

test.each(Object.entries(rows))("%s is taken, and what is not stored is named", async (_, row) => {
  const { file, fields = {}, forms = {}, notKept = [] } = row;
  const read = await readProvision(JSON.stringify(file));
  expect({ images: read.images, forms: read.forms, notKept: [...read.notKept].toSorted() }).toStrictEqual({
    images: [{ ...stored, ...fields }],
    forms: { ...none, ...forms },
    notKept: notKept.map((name) => [name, 1]).toSorted(),
  });
});

test("a wrapped manifest is refused by the name of its field", async () => {
  const file = [{ manifest: { ...v2, image_size: "16 GB" }, zpool: "zones" }];
  await expect(readProvision(JSON.stringify(file))).rejects.toThrow(
    `[0] (${uuid}): image_size is a whole number from 0; "16 GB" was sent`,
  );
});
