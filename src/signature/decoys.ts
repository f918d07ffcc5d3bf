import type { Algorithm, KeyKind } from "./algorithms.ts";

/** A key whose private half nobody has. `maxSignatureBytes` is that of keys of its size; `line` its OpenSSH line. */
type Decoy = { kind: KeyKind; maxSignatureBytes: number; line: string };

/**
 * Decoys for every size of key that clients have, by kind and size of signature. An ECDSA signature is DER. The RSA moduli begin
 * alike, for half of the length of the smaller two, so that the bundle compresses.
 *
 * @see Lenstra, Generating RSA Moduli with a Predetermined Portion, ASIACRYPT '98
 */
const decoys: readonly Decoy[] = [
  {
    kind: "ed25519",
    maxSignatureBytes: 64,
    line: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICrKgwH0jtRUZpLN4q83ZOmo/4EBwmoGZtnclSdnv7YT",
  },
  {
    kind: "ecdsa",
    maxSignatureBytes: 72,
    line: "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBP6V15vHpQUbk7jZ8xtoZtmcBH7bz/hJWqnwfK6F7DBk5c+NG3FWcT+d+Cod5VJy9Gq89933GaymZbcPG4IpO6g=",
  },
  {
    kind: "ecdsa",
    maxSignatureBytes: 104,
    line: "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBA6RpmirLMP8DVk7V5PqfzgTzDnsyc8zcYYBsEhvJMVpIqlle80M9UAVstNqoPV9QH9k7IqlSB2AxNvZA+LQ1V+/fgTjhcYdYTDN7pjEC12QBinjI5I0OxqvQdl7w0+J5Q==",
  },
  {
    kind: "ecdsa",
    maxSignatureBytes: 139,
    line: "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBADzoHDb4GMQQgXDbC0/EJsnvKUP1IU+6uQIpMTweRtj/n9Gt3WCN0RL9+2c6taWa8vwzWaL5nLBMh4Tg4uf8OkDdwByB516O9C4X6g7cNtxo8/OP9T9xOsfpx9IvBQynIohBaUz8AXYSI8S548QQjUUUsSKUWYYVLM7Ib/uI3q68QvxIw==",
  },
  {
    kind: "rsa",
    maxSignatureBytes: 256,
    line: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDQ/oorEtcwWGvXUr+c+Z8bnFov9RTgTdR9+9d5tTiBaPYc6OB41+hiSSeUemOhEm7qqDMB17mMhq0WzG3zy/6G9OqgBr04oNIkokngDVghwUzNv7ZnWNjo4+9LKgwt8zNQl3zYzZzkcXmesOKjrfwlB3x8wmog1gI09/dmyVTwSsr+l01oazFNoxwH7nytKlJp9nKfsA5eErIbDKlKgeLff9T+3melNtSQrPvEoxJ0JpiqjE7ttnvcZWqba15tVRVr2vpTAQYGD9zoncaOw0yxJYc1GCu301Ol9l0iNFOIf2rxEUldOtoqZPeKdRWGNREo/f9v14ySTTa+akTXTreH",
  },
  {
    kind: "rsa",
    maxSignatureBytes: 384,
    line: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQDQ/oorEtcwWGvXUr+c+Z8bnFov9RTgTdR9+9d5tTiBaPYc6OB41+hiSSeUemOhEm7qqDMB17mMhq0WzG3zy/6G9OqgBr04oNIkokngDVghwUzNv7ZnWNjo4+9LKgwt8zNQl3zYzZzkcXmesOKjrfwlB3x8wmog1gI09/dmyVQ93U8W/xhQR2iFB940oPLsL0eHHZpOZfS58FqK9S7VYvVWa7S3weWSCZ1Ou4iZSr+OPzsPThbs31nSLvqrO/EK3behDV/5Kf+DL1H4SQlbzvhCNgL/S8hU004xKqw6wV2AN6TJhC9sVNuTHwpZ4sNmuHB1dLcRQ6kMA4dTxCaObuXnpUAPt2tqrE9puHxHgB69WFpTlhWEDPAYiLnujMJ1uLOR1FFC1dDa9eLZgz2sp+ymClKpgADneT0kguv8M6DA49y9N1FVzIg1ftQim0ZYRVlh5J09u9M+zvhejhxlNpq6kKHEe1ThAmF1HggJTLst4wI7sY3n5m7hfOQU1KSotV0=",
  },
  {
    kind: "rsa",
    maxSignatureBytes: 512,
    line: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQDQ/oorEtcwWGvXUr+c+Z8bnFov9RTgTdR9+9d5tTiBaPYc6OB41+hiSSeUemOhEm7qqDMB17mMhq0WzG3zy/6G9OqgBr04oNIkokngDVghwUzNv7ZnWNjo4+9LKgwt8zNQl3zYzZzkcXmesOKjrfwlB3x8wmog1gI09/dmyVQ93U8W/xhQR2iFB940oPLsL0eHHZpOZfS58FqK9S7VYvVWa7S3weWSCZ1Ou4iZSr+OPzsPThbs31nSLvqrO/EKG3JkMxPnek8Kxm0IurEZG4w9Nyvft1uiIcqGgkwsVGjRuNZ/XXimQFq3jG02FBrqrTNbRZOU+Firy9yioiYFuRcoAM37bcv+O75z7sDd7FF6rXkjlGTiueQI7CRSHsmQREeG/F7KVqOhjdoktcECDNggtGlSqACoOCuR4lGP6kms6KIcvMfKxP0o0Zonj9zUhbtUYeMLGnLdj2ccownTkbkXH5TU/JFlfODjZiZ7xWfgxtC0avy6oljIJycrCzomyiv7JZhMa8KHWKqDy6CxZvZBUHe4JYyxlucdtVhZUeE7xTBYTUcwLA1JOf1JtaF+kkvuW8D8JHoVAGQr/Oy4lBaixZPhGUf6YcNMY8kzxjvCzPMakcYb9OFwj2d7/Ab7ZWDryji/F5Jto24tupo8ftPqhs8EkVL+oBu8lX30rHhztQ==",
  },
];

/**
 * Chooses the decoy that takes as long to verify as the key that a signature suggests: of the algorithm's kind (any for
 * hs2019) and of the signature's size. docs/authentication.md#what-timing-shows
 *
 * @param signatureBytes length of the decoded signature. 0 if it is no base64
 * @returns its OpenSSH line
 */
export function chooseDecoy({ family }: Algorithm, signatureBytes: number): string {
  const candidates = decoys.filter(({ kind }) => family === "any" || kind === family);
  const decoy = candidates.find(({ maxSignatureBytes }) => signatureBytes <= maxSignatureBytes) ?? candidates.at(-1);
  if (!decoy) throw new Error(`no decoy for ${family}`);
  return decoy.line;
}
