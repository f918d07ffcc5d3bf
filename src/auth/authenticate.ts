import type { MiddlewareHandler } from "hono";
import { findSigner, type Signer } from "../db/accounts.ts";
import { connect } from "../db/client.ts";
import type { AppEnv } from "../env.ts";
import { parseKeyId } from "./key-id.ts";
import { accountDisabled, invalidCredentials, notYourAccount, unknownAccount } from "./refusal.ts";
import { isGenuine } from "./verify.ts";

/** Who asks, and by what the request named them. */
export type Caller = {
  /** UUID of the account acted as. */
  account: string;
  /** UUID of the account that signed. */
  signer: string;
  /** SHA256 fingerprint of the key that signed. */
  fingerprintSha256: string;
  /** The keyId's login, or UUID. */
  login: string;
  /** The keyId's key: a name or a fingerprint. */
  keyOfId: string;
  /** The path's login, or UUID; the keyId's for `my`. */
  path: string;
};

/**
 * Verifies the signature and answers who asks. One read finds login, key and the path's account.
 *
 * @throws {CloudApiError} InvalidCredentials for every credential that is not genuine; then NotAuthorized when the
 * account is disabled or the path is another's; ResourceNotFound when the path's account does not exist
 */
export const authenticate: MiddlewareHandler<AppEnv, "/:login/*"> = async (c, next) => {
  const { header, texts } = c.var.signed;
  const keyId = parseKeyId(header.keyId);
  // Sub-users come later; until then there is none whose key could be found.
  if (!keyId || keyId.subUser !== undefined) throw invalidCredentials();

  const path = c.req.param("login");
  const login = path === "my" ? keyId.login : path;
  const signer = await findSigner(connect(c.env.DB, c.var.meter), { login: keyId.login, key: keyId.key, path: login });
  const { algorithm, signature } = header;
  const genuine = await isGenuine(signer?.key, { algorithm, signature, texts });
  if (!signer || !genuine) throw invalidCredentials();
  c.set("caller", callerFor(signer, { login: keyId.login, keyOfId: keyId.key, path: login }));
  await next();
};

/** A genuine signer as the caller on a path's account. */
function callerFor(signer: Signer, asked: Pick<Caller, "login" | "keyOfId" | "path">): Caller {
  if (signer.disabled) throw accountDisabled();
  if (signer.target === null) throw unknownAccount(asked.path);
  if (signer.target !== signer.account && !signer.operator) throw notYourAccount(asked.path);
  return { account: signer.target, signer: signer.account, fingerprintSha256: signer.fingerprintSha256, ...asked };
}
