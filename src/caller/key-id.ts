/** Names the key that signed: `/login/keys/KEY`. KEY is a name or a fingerprint; the login may be a UUID. docs/contract.md#authentication */
type KeyId = { login: string; subUser: string | undefined; key: string };

const keyIdShape = /^\/([^/]+)\/(?:users\/([^/]+)\/)?keys\/(.+)$/;

/** Parses a keyId; undefined when it has another shape. The base64 of a SHA256 fingerprint may hold `/`. */
export function parseKeyId(keyId: string): KeyId | undefined {
  const [, login, subUser, key] = keyIdShape.exec(keyId) ?? [];
  return login && key ? { login, subUser, key } : undefined;
}
