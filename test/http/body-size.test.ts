import { beforeEach, describe, expect, it } from "vitest";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { image, makeImageJson, newest, provisionThree } from "../support/safe-writes.ts";

beforeEach(provisionThree);

const update = (request: Partial<TestRequest>) =>
  send({ ...request, path: `/my/images/${image}?action=update`, headers: { ...newest, ...request.headers } });

const tooLarge = {
  status: 413,
  json: { code: "RequestTooLarge", message: "the request body is over 100000 bytes" },
};

describe("a body", () => {
  it("of no declared length is read up to exactly 100000 bytes, in any pieces", async () => {
    const text = new TextEncoder().encode(`{"name":"a"}${" ".repeat(99_988)}`);
    const stream = (bytes: Uint8Array, size: number) =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size));
          controller.close();
        },
      });
    for (const size of [7777, 100_000]) {
      expect(pickStatusAndJson(await update({ body: stream(text, size) }))).toEqual({
        status: 200,
        json: makeImageJson("a"),
      });
    }
    const body = stream(Uint8Array.from([...text, 32]), 50_000);
    expect(pickStatusAndJson(await update({ body }))).toEqual(tooLarge);
  });

  it("of a declared length over 100000 bytes is refused unread", async () => {
    let pulled = 0;
    const pull = (controller: ReadableStreamDefaultController) => {
      pulled += 1;
      controller.close();
    };
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    const declared = { body, headers: { "Content-Length": "100001" }, bindings: makeBindings({}) };
    expect(pickStatusAndJson(await update(declared))).toEqual(tooLarge);
    expect(pulled).toBe(0);
  });
});
