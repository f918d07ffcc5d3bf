import { generateKeyPairSync } from "node:crypto";
import { formatPublicLine, frame } from "../scripts/starting/ssh-wire.ts";
import { caller, imageOf, toPem } from "./requests.ts";

/** A request. `serial` makes an update differ from the one before. */
export type Change = { path?: string; method?: string; type?: string; headers?: Record<string, string>; body?: string };
export type Worst = { name: string; make: (share: number, serial: number) => Change };

export const update = `/my/images/${imageOf(0)}?action=update`;
const times = (text: string, count: number, share: number): string => text.repeat(Math.floor(count * share));
const listOf = <Item>(count: number, share: number, make: (at: number) => Item): Item[] =>
  Array.from({ length: Math.floor(count * share) }, (_, at) => make(at));
const makeAccount = (at: number): string => `bbbbbbbb-0000-4000-8000-${String(at).padStart(12, "0")}`;
const makeTags = (count: number, share: number, value: unknown): Record<string, unknown> =>
  Object.fromEntries(listOf(count, share, (at) => [`key${at}`, value]));
const part = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n';

export const keyOf16384Bits = (): string => {
  const fields = ["ssh-rsa", Buffer.of(1, 0, 1), Buffer.concat([Buffer.of(0), Buffer.alloc(2048, 255)])];
  return `ssh-rsa ${frame(fields).toString("base64")}`;
};

/** As many keys more as MAX_KEYS lets the account have. */
export const moreKeys = (): { name: string; key: string }[] =>
  Array.from({ length: 97 }, (_, at) => ({
    name: `key${at}`,
    key: formatPublicLine(toPem(generateKeyPairSync("ed25519")), ""),
  }));

const audited = imageOf(5);

/** Makes a revision of 90 KB of tags. */
export const revise = (serial: number): Change => ({
  path: `/my/images/${audited}?action=update`,
  body: JSON.stringify({ tags: { serial, text: "t".repeat(90_000) } }),
});

/** The reads whose answers are largest. */
export const reads: readonly Worst[] = [
  { name: "list of 6 images of 139 KB", make: () => ({ method: "GET", path: "/my/images" }) },
  {
    name: "audit of 100 revisions of 90 KB",
    make: () => ({ method: "GET", path: `/my/images/${audited}/audit` }),
  },
  { name: "changes of 90 KB each", make: () => ({ method: "GET", path: "/my/changes" }) },
  { name: "list of 100 keys", make: () => ({ method: "GET", path: "/my/keys" }) },
];

const signature16384 = `Signature keyId="/${caller.login}/keys/large",algorithm="rsa-sha512",signature="${Buffer.alloc(2048, 7).toString("base64")}"`;

/** The requests that cost most. `share` is 1, or 0.5 to show how the cost grows. */
export const worst: readonly Worst[] = [
  { name: "plain update", make: (_, serial) => ({ body: `{"name":"n${serial}"}` }) },
  {
    name: "16 tag filters over 5 images of 10 000 tags",
    make: (share) => ({
      method: "GET",
      path: `/my/images?${listOf(16, share, (at) => `tag.key${at * 600}=${at === 16 * share - 1 ? "other" : "v"}`).join("&")}`,
    }),
  },
  ...reads,
  {
    name: "CreateKey with 98 000 blanks",
    make: (share) => ({
      path: "/my/keys",
      body: JSON.stringify({ key: `ssh-ed25519${times(" ", 98_000, share)}x y` }),
    }),
  },
  {
    name: "multipart of 1 900 parts",
    make: (share) => ({ type: "multipart/form-data; boundary=b", body: `${times(part, 1900, share)}--b--\r\n` }),
  },
  {
    name: "form of 50 000 pairs",
    make: (share) => ({ type: "application/x-www-form-urlencoded", body: times("a&", 50_000, share) }),
  },
  {
    name: "form of 25 000 escapes",
    make: (share) => ({ type: "application/x-www-form-urlencoded", body: `name=${times("%41+", 24_990, share)}` }),
  },
  {
    name: "JSON nested 50 000 deep",
    make: (share) => ({ body: `{"tags":{"a":${times("[", 49_990, share)}${times("]", 49_990, share)}}}` }),
  },
  {
    name: "JSON with a mistake at its end",
    make: (share) => ({ body: `{"tags":{"a":[${times("1,", 49_990, share)}]}}` }),
  },
  {
    name: "acl of 2 500 accounts",
    make: (share, serial) => ({
      body: JSON.stringify({ acl: listOf(2500, share, (at) => makeAccount(at + (serial % 2) * 5000)) }),
    }),
  },
  {
    name: "tags of 100 KB, 9 000 keys",
    make: (share, serial) => ({
      body: JSON.stringify({ tags: Object.fromEntries(listOf(9000, share, (at) => [`k${at}`, serial % 9])) }),
    }),
  },
  {
    name: "tags of 100 KB, one text",
    make: (share, serial) => ({ body: JSON.stringify({ tags: { serial, text: times("t", 99_900, share) } }) }),
  },
  {
    name: "AddImageTags of 7 000 tags to as many",
    make: (share, serial) => ({
      ...(serial === 0 && { method: "PUT" }),
      path: `/my/images/${imageOf(1)}/tags`,
      body: JSON.stringify(makeTags(7000, share, serial % 9)),
    }),
  },
  {
    name: "AddImageTags of a tag to 7 000",
    make: (share, serial) => ({
      ...(serial === 0 && { method: "PUT" }),
      path: `/my/images/${imageOf(2)}/tags`,
      body: JSON.stringify(serial === 0 ? makeTags(7000, share, 1) : { key5: serial }),
    }),
  },
  {
    name: "AddImageAcl, RemoveImageAcl of 2 500 accounts",
    make: (share, serial) => ({
      path: `/my/images/${imageOf(3)}/acl?action=${serial % 2 === 0 ? "add" : "remove"}`,
      body: JSON.stringify(listOf(2500, share, makeAccount)),
    }),
  },
  {
    name: "RevertImage of 10 000 tags, dry run",
    // No other request writes this image: its first revision stays.
    make: () => ({ path: `/my/images/${imageOf(4)}?action=revert&revision=1&dry-run=true` }),
  },
  {
    name: "description of 10 240 characters",
    make: (share, serial) => ({ body: JSON.stringify({ description: `${serial}-${times("ü", 10_230, share)}` }) }),
  },
  {
    name: "If-Match of 8 KB",
    make: (share, serial) => ({
      headers: { "If-Match": listOf(800, share, (at) => `"${at}-9.0.0"`).join() },
      body: `{"name":"n${serial}"}`,
    }),
  },
  {
    name: "Accept of 16 KB",
    make: (share) => ({ method: "GET", path: "/my", headers: { Accept: `${times("a/b;q=0,", 2040, share)}*/*` } }),
  },
  {
    name: "Authorization of 8 KB",
    make: (share) => ({
      method: "GET",
      path: "/my",
      headers: { Authorization: `Signature ${times('a="b",', 1300, share)}` },
    }),
  },
  {
    name: "query of 16 KB",
    make: (share) => ({ method: "GET", path: `/my/images?limit=1&${times("a=%41&", 2700, share)}` }),
  },
  {
    name: "signature of an RSA key of 16 384 bits",
    make: () => ({ method: "GET", path: "/my", headers: { Authorization: signature16384 } }),
  },
];
