/** A key, and where it signs. */
type Who = { name: string; fingerprint: string; key: string; account: string; origin: string };

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The command that makes a profile of triton, which finds the private key in ~/.ssh or the agent. */
export const formatProfile = ({ name, fingerprint, account, origin }: Who): string =>
  `printf %s ${quote(JSON.stringify({ name, url: origin, account, keyId: fingerprint }))} | triton profile create -y --no-docker -f -`;

/** Lines for a shell that sign a request with openssl: it shows the key itself, which every key may. */
export function formatCurl({ name, fingerprint, key, account, origin }: Who): string {
  const [type = ""] = key.split(" ");
  if (type === "ssh-ed25519") return "# openssl's dgst does not sign with Ed25519: use triton, or an RSA or ECDSA key";
  const algorithm = type === "ssh-rsa" ? "rsa-sha256" : "ecdsa-sha256";
  return `KEY=${quote(name)}   # the file of the private key, in PEM
DATE=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
SIGNATURE=$(printf 'date: %s' "$DATE" | openssl dgst -sha256 -sign "$KEY" -binary | openssl base64 -A)
curl -sS ${quote(`${origin}/my/keys/${fingerprint}`)} -H "Date: $DATE" -H "Authorization: Signature \\
keyId=\\"/${account}/keys/${fingerprint}\\",algorithm=\\"${algorithm}\\",headers=\\"date\\",signature=\\"$SIGNATURE\\""`;
}
