import { Hono } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../auth/authenticate.ts";
import { getAccount } from "../db/accounts.ts";
import { createKey, getKey, listKeys, removeKey } from "../db/keys.ts";
import { type AppEnv, configuration } from "../env.ts";
import { answerJson, noContent } from "../http/answer.ts";
import { operation } from "../http/operation.ts";
import { requestParameters } from "../http/parameters.ts";
import { authorized, checkCreated, checkRemovedKey, found } from "./access.ts";
import { accountJson } from "./json.ts";
import { newKey } from "./new-key.ts";

const factory = createFactory<AppEnv, "/:login/keys/:key">();

/** GetAccount. */
const getAccountHandlers = factory.createHandlers(operation("GetAccount"), async (c) =>
  answerJson(c, accountJson(authorized(await asCaller(c, getAccount)).account)),
);

/** ListKeys, by name. */
const listKeysHandlers = factory.createHandlers(operation("ListKeys"), async (c) =>
  answerJson(c, authorized(await asCaller(c, listKeys)).keys),
);

/** GetKey, by name or fingerprint. */
const getKeyHandlers = factory.createHandlers(operation("GetKey"), async (c) => {
  const key = c.req.param("key");
  const outcome = await asCaller(c, (db, caller) => getKey(db, { key, caller }));
  return answerJson(c, found(authorized(outcome).key, key));
});

/** CreateKey: from now on the key may sign. */
const createKeyHandlers = factory.createHandlers(operation("CreateKey"), async (c) => {
  const key = await newKey(await requestParameters(c));
  checkCreated(await asCaller(c, (db, caller) => createKey(db, { key, caller })), key.name);
  const { fingerprintSha256: _, ...answered } = key;
  const location = `/${encodeURIComponent(c.req.param("login"))}/keys/${encodeURIComponent(key.name)}`;
  return answerJson(c, answered, { status: 201, headers: { Location: location } });
});

/** DeleteKey: a deleted key is refused from its next request on. */
const deleteKeyHandlers = factory.createHandlers(operation("DeleteKey"), async (c) => {
  const key = c.req.param("key");
  checkRemovedKey(await asCaller(c, (db, caller) => removeKey(db, { key, caller })), key);
  return noContent();
});

/** ListDatacenters: this one, under its configured name; `triton datacenters` and `triton image copy` read it. */
const listDatacentersHandlers = factory.createHandlers(operation("ListDatacenters"), (c) =>
  answerJson(c, { [configuration(c.env).datacenterName]: new URL(c.req.raw.url).origin }),
);

/** The account and its keys, one entry an operation, in the documentation's order. */
export const accountRoutes = new Hono<AppEnv>()
  .get("/:login", ...getAccountHandlers)
  .get("/:login/keys", ...listKeysHandlers)
  .get("/:login/keys/:key", ...getKeyHandlers)
  .post("/:login/keys", ...createKeyHandlers)
  .delete("/:login/keys/:key", ...deleteKeyHandlers)
  .get("/:login/datacenters", ...listDatacentersHandlers);
