/** An account that only reads one image, while another sends what costs most. */
import type { Agent } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { send } from "./load.ts";
import { makeSignedRequest, type Outgoing, type SigningKey } from "./requests.ts";
import { quantile } from "./summary.ts";
import { type Change, update } from "./worst-requests.ts";

/** The account that only reads one image. */
export const other = { uuid: "aaaaaaaa-0000-4000-8000-000000000002", login: "other" };
export const otherImage = 900;

/** The service, and the keys of the two accounts. */
export type Site = { port: number; agent: Agent; pid: number; key: SigningKey; otherKey: SigningKey };

export function makeOutgoing(key: SigningKey, change: Change): Outgoing {
  const { method = "POST", path = update, type = "application/json", headers = {}, body } = change;
  const signed = makeSignedRequest("get", key, { lane: 0, serial: 0 });
  const ofBody = body === undefined ? {} : { "Content-Type": type, "Content-Length": String(Buffer.byteLength(body)) };
  return { method, path, headers: { ...signed.headers, ...ofBody, ...headers }, ...(body !== undefined && { body }) };
}

/** The median of the other account's GetImage, in ms, over a second, one every 10 ms. */
export async function measureOther(site: Site): Promise<number> {
  const until = performance.now() + 1000;
  const latencies: number[] = [];
  while (performance.now() < until) {
    const key = { ...site.otherKey, login: other.login };
    const { status, ms } = await send(site, makeSignedRequest("get", key, { lane: otherImage, serial: 0 }));
    if (status !== 200) throw new Error(`the other account's GetImage was ${status}`);
    latencies.push(ms);
    await wait(10);
  }
  return quantile(
    latencies.sort((a, b) => a - b),
    0.5,
  );
}
