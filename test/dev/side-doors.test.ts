import { readdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { readSettings } from "../../scripts/serving/settings.ts";
import { pickStatusAndJson } from "../support/answer.ts";
import { loaderAccount, sendTo } from "../support/loader.ts";
import { provision } from "../support/local-state.ts";
import type { Shared } from "../support/shared-services.ts";

const [{ database_id: id }] = readSettings().d1_databases;

/** What Miniflare and wrangler serve beside a Worker, under the names of this release and of those before. */
const paths = [
  ...["/cdn-cgi/explorer", "/cdn-cgi/local/explorer"].flatMap((explorer) => [
    explorer,
    `${explorer}/api`,
    `${explorer}/api/d1/database`,
    `${explorer}/api/d1/database/${id}/raw`,
    `${explorer}/api/d1/${id}/raw`,
    `${explorer}/api/local/workers`,
    `${explorer}/api/local/observability/query`,
  ]),
  `/x/../cdn-cgi/explorer/api/d1/database/${id}/raw`,
  `/cdn-cgi/%65xplorer/api/d1/database/${id}/raw`,
  "/cdn-cgi/local/platform-proxy",
  "/cdn-cgi/mf/reload",
  "/cdn-cgi/ProxyWorker/pause",
  "/cdn-cgi/r2/s3",
  "/core/store-temp-file",
];

const hosts = ["127.0.0.1", "localhost", "[::1]", "evil.example"];

/** A secret of the account that no signature asks for. */
const city = "Nowhere-else";
const statements = ["SELECT * FROM accounts", "UPDATE accounts SET city = 'Taken'"];

/** Headers by which Miniflare's own parts speak to one another. */
const inner = {
  "MF-Op": "GET",
  "MF-Op-Target": "0",
  "MF-Op-Key": "DB",
  "MF-Op-Secret": "00".repeat(16),
  "MF-Original-URL": `http://127.0.0.1/cdn-cgi/local/explorer/api/d1/database/${id}/raw`,
};

type Sent = { method: string; path: string; headers: Readonly<Record<string, string>>; body?: string };

/** Sends a request with any Host. */
const ask = (port: number, { body, ...sent }: Sent): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, ...sent }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => {
        text += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    })
      .on("error", reject)
      .end(body);
  });

function* listRequests(port: number): Generator<Sent> {
  for (const path of paths) {
    for (const host of hosts) {
      for (const origin of [undefined, `http://127.0.0.1:${port}`, "https://evil.example"]) {
        const headers = { Host: host, ...(origin && { Origin: origin }) };
        yield { method: "GET", path, headers };
        for (const sql of statements) {
          const json = { ...headers, "Content-Type": "application/json" };
          yield { method: "POST", path, headers: json, body: JSON.stringify({ sql, params: [] }) };
          yield { method: "POST", path, headers: { ...json, ...inner }, body: JSON.stringify({ sql, params: [] }) };
        }
      }
    }
  }
}

describe.each<Shared>(["npm start", "npx wrangler dev"])("what runs beside the service under %s", (command) => {
  const { port, state } = inject("shared")[command];

  beforeAll(async () => {
    await provision(state, { accounts: [{ ...loaderAccount, city }] });
  });

  it("neither reads nor writes the database, whatever the path, the Host and the Origin", async () => {
    for (const sent of listRequests(port)) {
      const { status, text } = await ask(port, sent);
      expect({ sent, isRefused: status >= 400 && status < 500, status }).toEqual({ sent, isRefused: true, status });
      expect(text).not.toContain(city);
    }
    expect(pickStatusAndJson(await sendTo(port, "/my"))).toMatchObject({ status: 200, json: { city } });
  });

  it("keeps no trace of requests on the disk", () => {
    expect(readdirSync(join(state, "v3")).filter((name) => name !== "d1" && name !== "cache")).toEqual([]);
  });
});
