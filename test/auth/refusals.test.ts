import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import page from "../../docs/authentication.md?raw";
import type { CredentialReason } from "../../src/signature/refusals.ts";
import { type Answer, pickRepeatable } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { captureLog, type LogLine } from "../support/log-lines.ts";
import { computeFingerprint, makeKey } from "../support/signer.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [
      { ...bob, keys: [makeKey("rsa"), makeKey("ed25519"), { ...makeKey("ecdsa"), expires: "2020-01-01T00:00:00Z" }] },
      { ...mallory, keys: [] },
    ],
    images: [],
  });
});

const get: TestRequest = { method: "GET", path: "/my" };

const deleteKeys = () => env.DB.prepare("DELETE FROM keys").run();

/** The primary reads the credentials, because the near read fails, and then the keys are deleted. */
const loseKeysAfterCredentials = (): D1Database =>
  wrapDatabase(env.DB, async (run, call) => {
    if (call === 1) throw new Error("no replica");
    if (call === 3) await deleteKeys();
    return run();
  }).db;

/** A request for each reason; it is sent to a cold isolate. */
const requests: Readonly<Record<CredentialReason, () => TestRequest>> = {
  "no signature": () => ({ ...get, sign: false }),
  "malformed keyId": () => ({ ...get, sign: { keyId: "bob" } }),
  "sub-user": () => ({ ...get, sign: { keyId: `/bob/users/eve/keys/${computeFingerprint("rsa")}` } }),
  "unknown login": () => ({ ...get, sign: { as: "eve" } }),
  "unknown key": () => ({ ...get, sign: { key: "stranger" } }),
  "expired key": () => ({ ...get, sign: { key: "ecdsa" } }),
  "key and algorithm do not fit": () => ({ ...get, sign: { algorithm: "rsa-sha256", keyId: "/bob/keys/ed25519" } }),
  "wrong signature": () => ({ ...get, sign: { keyId: "/bob/keys/rsa", key: "stranger" } }),
  "authority gone": () => ({ ...get, bindings: makeBindings({ DB: loseKeysAfterCredentials() }) }),
};

const reasons = Object.keys(requests) as CredentialReason[];

async function sendLogged(request: TestRequest): Promise<{ answer: Answer; line: LogLine }> {
  const bindings = request.bindings ?? makeBindings({ DB: wrapDatabase(env.DB).db });
  const { result, lines } = await captureLog(() => send({ ...request, bindings }));
  expect(lines).toHaveLength(1);
  return { answer: result, line: lines[0] ?? {} };
}

/** Expects that the answer has no reason in it, whatever the case. */
function expectNoReason({ text, headers }: Answer): void {
  const sent = `${text}\n${[...headers].join("\n")}`.toLowerCase();
  for (const reason of reasons) expect(sent).not.toContain(reason);
}

describe("a 401", () => {
  it.each(reasons)("has its reason in the log and not in the answer: %s", async (reason) => {
    const { answer, line } = await sendLogged(requests[reason]());
    expect(line).toMatchObject({ status: 401, code: "InvalidCredentials", reason });
    expect(answer.status).toBe(401);
    expectNoReason(answer);
  });

  it("is the same for every wrong credential, body and headers", async () => {
    const answers: Answer[] = [];
    for (const reason of reasons) {
      if (reason !== "no signature") answers.push((await sendLogged(requests[reason]())).answer);
    }
    const [first, ...others] = answers.map(pickRepeatable);
    expect(first?.text).toBe(
      '{"code":"InvalidCredentials","message":"Invalid Signature: the login, the key and the signature do not go together"}',
    );
    for (const other of others) expect(other).toEqual(first);
  });

  it("has a message of its own when there is no signature, and otherwise the same headers", async () => {
    const unsigned = pickRepeatable((await sendLogged(requests["no signature"]())).answer);
    const wrong = pickRepeatable((await sendLogged(requests["wrong signature"]())).answer);
    expect(JSON.parse(unsigned.text)).toEqual({
      code: "InvalidCredentials",
      message: "You must make authenticated requests to use CloudAPI",
    });
    const omitMd5 = ({ headers }: typeof wrong) => headers.filter(([name]) => name !== "content-md5");
    expect(omitMd5(unsigned)).toEqual(omitMd5(wrong));
  });

  it("has a reason that docs/authentication.md explains", () => {
    const explained = [...page.matchAll(/^\| `([^`]+)` \|/gm)]
      .map(([, reason]) => reason)
      .filter((name) => name !== "reason");
    expect(explained).toEqual(reasons);
  });
});

describe("a cached caller whose key is deleted", () => {
  it("is re-authenticated, and the log has the reason of that", async () => {
    const bindings = makeBindings({ DB: wrapDatabase(env.DB).db });
    expect((await send({ ...get, bindings })).status).toBe(200);
    await deleteKeys();
    const { answer, line } = await sendLogged({ ...get, bindings });
    expect(line).toMatchObject({ status: 401, reason: "unknown key", d1Calls: 2 });
    expect(pickRepeatable(answer)).toEqual(pickRepeatable((await sendLogged(get)).answer));
    expectNoReason(answer);
  });

  it("between the re-authentication and the retry is refused because the authority is gone", async () => {
    const { db } = wrapDatabase(env.DB, async (run, call) => {
      // 1: credentials, 2: account, 3: account with a stale caller, 4: credentials again, 5: account.
      if (call === 3) await env.DB.prepare("UPDATE keys SET account = ?").bind(mallory.uuid).run();
      if (call === 4) await env.DB.prepare("UPDATE keys SET account = ?").bind(bob.uuid).run();
      if (call === 5) await deleteKeys();
      return run();
    });
    const bindings = makeBindings({ DB: db });
    expect((await send({ ...get, bindings })).status).toBe(200);
    const { answer, line } = await sendLogged({ ...get, bindings });
    expect(line).toMatchObject({ status: 401, reason: "authority gone", d1Calls: 3 });
    expectNoReason(answer);
  });
});

it("an answer that is no 401 has no reason in its log line", async () => {
  for (const request of [get, { ...get, path: "/mallory" }, { ...get, path: "/my/keys/none" }]) {
    const { answer, line } = await sendLogged(request);
    expect(answer.status).not.toBe(401);
    expect(line).not.toHaveProperty("reason");
  }
});
