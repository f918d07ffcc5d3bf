import { env } from "cloudflare:workers";
import type { Answer } from "./answer.ts";
import { makeBindings, send } from "./client.ts";
import { bob, clear, mallory, provision } from "./fixtures.ts";
import { limitKey } from "./limited-keys.ts";
import { type Ask, type Limits, makeAsked, toLimits, writesImage } from "./scope-model.ts";
import { makeKey } from "./signer.ts";
import { makeUuid } from "./uuids.ts";
import { wrapDatabase } from "./wrapped-database.ts";

/** The images of the scopes' property: two of bob, one shared with him, one hidden from him, and none. */
export const [own, origin, shared, hidden, missing] = [1, 2, 3, 4, 5].map(makeUuid) as [
  string,
  string,
  string,
  string,
  string,
];

/** What happens to the key that signs, or to its account, before the request or between its round trips. */
export type Event = { kind: "limits"; limits: Limits } | { kind: "delete" | "rename key" | "rename account" };

export type Sent = {
  ask: Ask;
  /** `at`: before which round trip of the request it comes. 0: before the request. */
  event: Event | null;
  at: 0 | 2 | 3;
  isDryRun: boolean;
  /** Empty for none. */
  idempotencyKey: string;
  /** The acknowledgement of the second round trip is lost. */
  isLost: boolean;
  /** The isolate does not remember the caller. */
  isCold: boolean;
};

export type Row = Record<string, unknown>;

const tables = [
  "SELECT uuid, name, version, description, homepage, eula, acl, tags, state, owner, origin, public FROM images ORDER BY uuid",
  "SELECT account, name, key, NULL AS scope, NULL AS expires FROM keys UNION ALL SELECT account, name, key, scope, expires FROM limited_keys ORDER BY account, name",
  "SELECT uuid, login, city FROM accounts ORDER BY uuid",
];

/** Every row that a request could change. */
export const readStored = async (): Promise<Row[][]> =>
  (await env.DB.batch<Row>(tables.map((sql) => env.DB.prepare(sql)))).map(({ results }) => results);

/** Whether bob is an operator. */
export const setOperator = (operator: 0 | 1) =>
  env.DB.prepare("UPDATE accounts SET operator = ? WHERE login = 'bob'").bind(operator).run();

/** The database, its one isolate, and what the model knows of the key that signs. */
export class World {
  limits: Limits = { words: null, end: null };
  isGone = false;
  #isolate = wrapDatabase(env.DB);
  #before: (call: number) => Promise<Error | undefined> = async () => undefined;

  async reset(): Promise<void> {
    await clear(env.DB);
    const keys = (["ed25519", "ecdsa"] as const).map(makeKey);
    const base = { version: "1", tags: { role: "db" } };
    await provision(env.DB, {
      accounts: [{ ...bob, operator: true, keys }, mallory],
      images: [
        { ...base, uuid: own, owner: bob.uuid, name: "a", origin },
        { ...base, uuid: origin, owner: bob.uuid, name: "b" },
        { ...base, uuid: shared, owner: mallory.uuid, name: "c", acl: [bob.uuid] },
        { ...base, uuid: hidden, owner: mallory.uuid, name: "d" },
      ],
    });
    this.limits = { words: null, end: null };
    this.isGone = false;
    this.cool();
  }

  cool(): void {
    this.#isolate = wrapDatabase(env.DB, async (run, call) => {
      const lost = await this.#before(call);
      const results = await run();
      if (lost) throw lost;
      return results;
    });
  }

  async apply(event: Event): Promise<void> {
    if (event.kind === "limits") this.limits = event.limits;
    else if (event.kind !== "rename key") this.isGone = true;
    if (event.kind === "limits") await limitKey(toLimits(event.limits));
    else if (event.kind === "delete") {
      await env.DB.batch(
        ["keys", "limited_keys"].map((table) => env.DB.prepare(`DELETE FROM ${table} WHERE key LIKE 'ssh-ed25519%'`)),
      );
    } else if (event.kind === "rename account") {
      await env.DB.prepare("UPDATE accounts SET login = 'robert' WHERE login = 'bob'").run();
    } else {
      await env.DB.batch(
        ["keys", "limited_keys"].map((table) =>
          env.DB.prepare(`UPDATE ${table} SET name = 'renamed' WHERE key LIKE 'ssh-ed25519%'`),
        ),
      );
    }
  }

  /** Gives the key and the account their names back, if an event took them. */
  async mend(): Promise<void> {
    await env.DB.batch([
      env.DB.prepare("UPDATE accounts SET login = 'bob' WHERE login = 'robert'"),
      ...["keys", "limited_keys"].map((table) => env.DB.prepare(`DELETE FROM ${table} WHERE name = 'renamed'`)),
    ]);
    await limitKey(toLimits(this.limits));
    this.isGone = false;
  }

  /** Brings about what comes before a request. */
  async prepare({ event, at, isCold }: Sent): Promise<void> {
    if (this.isGone) await this.mend();
    if (isCold) this.cool();
    if (event && at === 0) await this.apply(event);
  }

  /** Sends a request; its event comes meanwhile. */
  async send({ ask, event, at, isDryRun, idempotencyKey, isLost }: Sent): Promise<Answer> {
    let calls = 0;
    this.#before = async () => {
      calls += 1;
      if (event && calls === at) await this.apply(event);
      return isLost && calls === 2 ? new Error("D1_ERROR: Network connection lost.") : undefined;
    };
    const asked = makeAsked(ask);
    const path = isDryRun && writesImage(ask) ? `${asked.path}&dry-run=true` : asked.path;
    const headers = idempotencyKey === "" ? {} : { "Idempotency-Key": idempotencyKey };
    const answer = await send({
      method: "GET",
      ...asked,
      path,
      headers,
      bindings: makeBindings({ DB: this.#isolate.db }),
    });
    this.#before = async () => undefined;
    return answer;
  }
}
