import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, inject, it } from "vitest";
import { makeSignature } from "../support/loader.ts";
import type { Shared } from "../support/shared-services.ts";

/** docs/differences.md: what workerd makes of a request before the service reads it. No account is in the signature. */

const { date, authorization } = makeSignature("nobody");
const [host, signed] = ["Host: 127.0.0.1", `Authorization: ${authorization}`];
const get = ["GET /my HTTP/1.1", host, `Date: ${date}`, signed];
const post = ["POST /my HTTP/1.1", host, `Date: ${date}`, signed, "Content-Length: 2"];
const unknown = {
  code: "InvalidCredentials",
  message: "Invalid Signature: the login, the key and the signature do not go together",
};

/** @returns the status of each answer on the connection, and the last one's body */
async function ask(port: number, lines: readonly string[], body: string): Promise<[statuses: number[], body: string]> {
  const socket = connect(port, "127.0.0.1");
  socket.write([...lines, "Connection: close", "", body].join("\r\n"));
  const answers = await text(socket);
  const statuses = [...answers.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
  return [statuses, answers.split("\r\n\r\n").at(-1) ?? ""];
}

type Row = [what: string, lines: readonly string[], statuses: readonly number[], answer: object | string];

describe.each<Shared>(["npm start", "npx wrangler dev"])("a request to %s", (command) => {
  it.each<Row>([
    [
      "two Authorization headers",
      [...get, "Authorization: Basic eDp5"],
      [400],
      {
        code: "InvalidHeader",
        message: 'Authorization is malformed: no parameter of the form name="value" at Basic eDp5',
      },
    ],
    [
      "two Authorization headers, the first of another scheme",
      [...get.slice(0, -1), "Authorization: Basic eDp5", signed],
      [401],
      { code: "InvalidCredentials", message: "You must make authenticated requests to use CloudAPI" },
    ],
    [
      "two Date headers",
      [...get, `Date: ${date}`],
      [400],
      { code: "InvalidHeader", message: `date: ${date}, ${date} is no HTTP date` },
    ],
    ["an Expect that nobody knows", [...post, "Expect: foo"], [401], unknown],
    ["Expect: 100-continue and a body", [...post, "Expect: 100-continue"], [100, 401], unknown],
    ["Expect: 100-continue and no body", [...get, "Expect: 100-continue"], [401], unknown],
    ["a header on two lines", [...get, "X-Folded: a\r\n b"], [400], "invalid HTTP header parsed"],
    ["no Host", get.filter((line) => line !== host), [400], "Bad Request"],
    ["an empty Host", get.map((line) => (line === host ? "Host:" : line)), [400], "Bad Request"],
  ])("with %s", async (...[, lines, statuses, answer]) => {
    const body = lines[0]?.startsWith("POST") ? "{}" : "";
    const expected = typeof answer === "string" ? answer : JSON.stringify(answer);
    expect(await ask(inject("shared")[command].port, lines, body)).toEqual([statuses, expected]);
  });
});
