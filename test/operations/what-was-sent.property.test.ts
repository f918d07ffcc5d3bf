import fc from "fast-check";
import { expect, it } from "vitest";
import { send } from "../support/client.ts";
import { propertyOptions } from "../support/property-options.ts";
import { image, newest, provisionThree } from "../support/safe-writes.ts";

/**
 * What was sent is what a read and the audit show, or the answer is 4xx and nothing changed: for every operation that stores
 * values of a request, in every encoding.
 */

/** A value as JSON text: numbers keep the digits that were sent. */
type Sent = { text: string };

const textOf = (value: unknown): Sent => ({ text: JSON.stringify(value) });
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(
    "",
    "null",
    "true",
    "1e3",
    " a ",
    "{}",
    '{"a":1}',
    "[1]",
    "a\r\nb",
    "a\nb",
    "é",
    "+",
    "%41",
    "a&b=c",
    "\ud800",
  ),
);
const anyNumber = fc.oneof(
  fc.constantFrom(
    "9007199254740993",
    "1e-400",
    "1e400",
    "1.0",
    "1e2",
    "-0",
    "0.1",
    "0.10000000000000001",
    "123456789012345678",
  ),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -20, max: 20 }))
    .map(([whole, exponent]) => `${whole}e${exponent}`),
);
const anyKey = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom("role", "__proto__", "constructor", "a.b", "1", "{", "["),
);
const anyJson: fc.Arbitrary<string> = fc.oneof(
  anyNumber,
  anyText.map((text) => JSON.stringify(text)),
  fc.constantFrom("true", "false", "null", "{}", "[]"),
  fc.array(anyNumber, { maxLength: 3 }).map((items) => `[${items.join()}]`),
  fc.tuple(anyKey, anyNumber).map(([key, value]) => `{${JSON.stringify(key)}:${value}}`),
);
const anyTags = fc
  .uniqueArray(fc.tuple(anyKey, anyJson), { maxLength: 3, selector: ([key]) => key })
  .map((tags): Sent => ({ text: `{${tags.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}` }));
const accounts = [1, 2, 3].map((digit) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`);
const anyAcl = fc.array(fc.constantFrom(...accounts, "x"), { maxLength: 3 }).map(textOf);
const anyValue = fc.oneof(
  anyText.map(textOf),
  fc.constant({ text: "null" }),
  anyNumber.map((text) => ({ text })),
);

const anyField = fc.record({
  name: fc.oneof(fc.constantFrom("a", "base-64").map(textOf), anyValue),
  version: fc.oneof(fc.constantFrom("1", "2.0").map(textOf), anyValue),
  description: anyValue,
  homepage: fc.oneof(fc.constantFrom("http://a.example/", "https://ü.example").map(textOf), anyValue),
  eula: fc.oneof(fc.constantFrom("https://a.example/b").map(textOf), anyValue),
  tags: fc.oneof(anyTags, anyValue),
  acl: fc.oneof(anyAcl, anyValue),
});

/** One or two fields: of more, one is refused as a rule, and with it all. */
const anyFields = fc
  .tuple(
    anyField,
    fc.subarray(["name", "version", "description", "homepage", "eula", "tags", "acl", "tags"] as const, {
      maxLength: 2,
    }),
  )
  .map(([values, names]): [string, Sent][] => [...new Set(names)].map((name) => [name, values[name]]));

const encodings = ["json", "form", "multipart", "files", "query"] as const;
type Encoding = (typeof encodings)[number];

const boundary = "--=_boundary";
const types: Partial<Record<Encoding, string>> = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  multipart: `multipart/form-data; boundary="${boundary}"`,
  files: `multipart/form-data; boundary="${boundary}"`,
};

/** A value as a form has it: a text as itself, anything else as JSON. */
const plain = ({ text }: Sent): string => {
  const value: unknown = JSON.parse(text);
  return (typeof value === "string" ? value : text).toWellFormed();
};

const join = (fields: [string, Sent][]): string =>
  fields
    .map(([name, sent]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(plain(sent))}`)
    .join("&");

function encode(encoding: Encoding, fields: [string, Sent][]): { query?: string; body?: string } {
  if (encoding === "json")
    return { body: `{${fields.map(([name, { text }]) => `${JSON.stringify(name)}:${text}`).join()}}` };
  if (encoding === "query") return { query: join(fields) };
  if (encoding === "form") return { body: join(fields) };
  const file = encoding === "files" ? '; filename="f"' : "";
  const parts = fields.map(
    ([name, sent]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${plain(sent)}\r\n`,
  );
  return { body: `${parts.join("")}--${boundary}--\r\n` };
}

const get = (path: string) => send({ method: "GET", path, headers: newest, sign: { key: "ed25519" } });

/** A decimal in one spelling: digits without zeros at their ends, and the power of ten. */
function canonical(decimal: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(decimal) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  return kept === "" ? "0" : `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

/** JSON text in which every number outside of strings is in one spelling. */
const spell = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : `#${canonical(token)}`,
  );

/** JSON text as JSON.stringify prints it, but for numbers: keys in JavaScript's order, strings with the same escapes. */
function respell(json: string): string {
  const numbers: string[] = [];
  const marked = json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : `"\\u0001${numbers.push(token) - 1}"`,
  );
  return JSON.stringify(JSON.parse(marked)).replace(
    /"\\u0001(\d+)"/g,
    (_, at) => `#${canonical(numbers[Number(at)] ?? "")}`,
  );
}

/** How an update that was made shows a value that was sent: as JSON text, numbers in one spelling. Undefined: the field is gone. */
function expectShown(field: string, encoding: Encoding, sent: Sent): string | undefined {
  const text = encoding === "json" ? sent.text : JSON.stringify(plain(sent));
  const value: unknown = JSON.parse(text);
  if (value === null || value === "") return undefined;
  if (field === "tags") return respell(typeof value === "string" ? value : text);
  if (field !== "acl") return text === JSON.stringify(value) ? text : JSON.stringify(value);
  const list: unknown = typeof value === "string" ? (value.startsWith("[") ? JSON.parse(value) : [value]) : value;
  const unique = [...new Set(list as string[])];
  return unique.length > 0 ? JSON.stringify(unique) : undefined;
}

/** What a request made of the shown fields: all that were sent as they were sent, or nothing. */
type Case = { status: number; sent: [string, Sent][]; encoding: Encoding };

const print = (field: string, shown: unknown): string | undefined => {
  if (shown === undefined || shown === null) return undefined;
  return field === "tags" ? spell(JSON.stringify(shown)) : JSON.stringify(shown);
};

function expectKept({ status, sent, encoding }: Case, before: Shown, after: Shown): void {
  if (status !== 200) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(after).toEqual(before);
    return;
  }
  for (const [field, value] of sent) {
    expect(print(field, after[field]), field).toBe(expectShown(field, encoding, value));
  }
  const names = sent.map(([field]) => field);
  for (const [field, value] of Object.entries(before)) {
    if (!names.includes(field)) expect(after[field], field).toEqual(value);
  }
}

type Shown = Readonly<Record<string, unknown>>;

/** Sends a write in an encoding. */
const sendEncoded = (
  encoding: Encoding,
  { method = "POST", path, fields }: { method?: string; path: string; fields: [string, Sent][] },
) => {
  const { query, body } = encode(encoding, fields);
  const type = types[encoding];
  return send({
    method,
    path: query ? `${path}${path.includes("?") ? "&" : "?"}${query}` : path,
    headers: { ...newest, ...(type && { "Content-Type": type }) },
    ...(body !== undefined && { body }),
  });
};

const read = async (path: string): Promise<Shown> => (await get(path)).json as Shown;

it("an update shows what was sent, in the image and in the audit, or nothing changed", async () => {
  await provisionThree();
  let before = await read(`/my/images/${image}`);
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...encodings), anyFields, async (encoding, sent) => {
      const { status, headers } = await sendEncoded(encoding, {
        path: `/my/images/${image}?action=update`,
        fields: sent,
      });
      const after = await read(`/my/images/${image}`);
      expectKept({ status, sent, encoding }, before, after);
      seen.add(`${encoding} ${status}`);
      const changed = (headers.get("Changed-Fields") ?? "").split(", ").filter(Boolean);
      if (status === 200 && changed.length > 0) {
        const [entry] = (await get(`/my/images/${image}/audit?limit=1`)).json as [{ changes: object }];
        const changes = changed.map((field) => [field, { before: before[field] ?? null, after: after[field] ?? null }]);
        expect(entry.changes).toEqual(Object.fromEntries(changes));
      }
      before = after;
    }),
    { ...propertyOptions(10_000), endOnFailure: true },
  );
  expect([...seen].sort()).toEqual(encodings.flatMap((encoding) => [`${encoding} 200`, `${encoding} 422`]).sort());
});

it("tags are shown as they were sent, or nothing changed", async () => {
  await provisionThree();
  const path = `/my/images/${image}/tags`;
  const inBodies = encodings.filter((encoding) => encoding !== "query");
  let before = await read(path);
  const seen = new Set<string>();
  const anyPairs = fc.uniqueArray(
    fc.tuple(
      anyKey,
      anyJson.map((text) => ({ text })),
    ),
    { maxLength: 3, selector: ([key]) => key },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...inBodies), anyPairs, async (encoding, pairs) => {
      // A part's name has no quotes and line ends; a form's has no lone surrogates.
      const fields = pairs.filter(([key]) => encoding === "json" || /^[^"\\\r\n\p{Cs}]*$/u.test(key));
      const { status } = await sendEncoded(encoding, { method: "PUT", path, fields });
      const after = await read(path);
      seen.add(`${encoding} ${status}`);
      const json = `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${encoding === "json" ? value.text : JSON.stringify(plain(value))}`).join()}}`;
      if (status === 200) expect(spell(JSON.stringify(after))).toBe(respell(json));
      else expectKept({ status, sent: fields, encoding }, before, after);
      before = after;
    }),
    { ...propertyOptions(6000), endOnFailure: true },
  );
  expect([...seen].filter((one) => one.endsWith("200")).sort()).toEqual(
    inBodies.map((encoding) => `${encoding} 200`).sort(),
  );
});

it("an account shows what was sent, or nothing changed", async () => {
  await provisionThree();
  let before: Shown = { ...(await read("/my")), updated: null };
  const anyAccount = fc.record(
    { companyName: anyText.map(textOf), phone: anyValue, city: anyText.map(textOf) },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...encodings), anyAccount, async (encoding, fields) => {
      // An empty text changes nothing, as upstream has it.
      const sent = Object.entries(fields).filter(([, value]) => !["null", '""'].includes(value.text));
      const { status } = await sendEncoded(encoding, { path: "/my", fields: sent });
      const after: Shown = { ...(await read("/my")), updated: null };
      expectKept({ status, sent, encoding }, before, after);
      before = after;
    }),
    { ...propertyOptions(4000), endOnFailure: true },
  );
});
