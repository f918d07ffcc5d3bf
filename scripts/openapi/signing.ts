// No comments in lines of a shell: an interactive zsh takes them as commands.
import { example, sampleOrigin } from "./example-values.ts";

/** A fingerprint of a key, as a shell computes it: `SHA256:…`. */
const fingerprint = `$(ssh-keygen -lf "$KEY" | cut -d' ' -f2)`;

const nameKey = `export KEY_ID="/$LOGIN/keys/${fingerprint}"`;

/** Lines of a shell that say who signs: as they stand, the demo of `npm start`, in the project's folder. */
export const shellIdentity = `export URL=${sampleOrigin} LOGIN=demo KEY=.local/.ssh/id_rsa
export IMAGE=${example.image}
${nameKey}`;

/** A copy of an OpenSSH private key in PEM. */
export const pemCopy = `cp ~/.ssh/id_rsa ~/.ssh/id_rsa.pem
ssh-keygen -p -m PEM -N '' -f ~/.ssh/id_rsa.pem`;

const curlOptions = `-H 'Api-Version: ~9' -H 'Content-Type: application/json' "$@"`;

/** The function `edge`, which sends a request that openssl signs. It runs after {@link shellIdentity}. */
export const opensslFunction = `ALGORITHM=rsa-sha256
edge() {
  local method=$1 target=$2 date signature
  shift 2
  date=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
  signature=$(printf '(request-target): %s %s\\ndate: %s' "$(echo "$method" | tr A-Z a-z)" "$target" "$date" |
    openssl dgst -sha256 -sign "$KEY" -binary | openssl base64 -A)
  [ -n "$signature" ] || return 1
  curl -sS -i -X "$method" "$URL$target" -H "Date: $date" -H "Authorization: Signature \\
keyId=\\"$KEY_ID\\",algorithm=\\"$ALGORITHM\\",headers=\\"(request-target) date\\",signature=\\"$signature\\"" \\
    ${curlOptions}
}`;

/** A program that signs with a key of any kind: `node sign.mjs METHOD TARGET` prints headers, and `signed` returns them. */
const signProgram = `import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";

function readKey(text) {
  if (!text.includes("OPENSSH")) return createPrivateKey(text);
  const bytes = Buffer.from(text.replace(/-----.*-----/g, ""), "base64");
  if (!bytes.includes("none") || !bytes.includes("ssh-ed25519")) throw new Error("make a copy in PEM: ssh-keygen -p -m PEM");
  const at = bytes.indexOf("\\0\\0\\0@") + 4; // the 64 bytes of the key: its seed, then its public half
  const der = ["302e020100300506032b657004220420", bytes.toString("hex", at, at + 32)].join("");
  return createPrivateKey({ key: Buffer.from(der, "hex"), format: "der", type: "pkcs8" });
}

const key = readKey(readFileSync(process.env.KEY, "utf8"));
const algorithm = { rsa: "rsa-sha256", ec: "ecdsa-sha256", ed25519: "ed25519-sha512" }[key.asymmetricKeyType];

export function signed(method, target) {
  const date = new Date().toUTCString();
  const text = \`(request-target): \${method.toLowerCase()} \${target}\\ndate: \${date}\`;
  const signature = sign(algorithm === "ed25519-sha512" ? null : "sha256", Buffer.from(text), key).toString("base64");
  const covered = \`headers="(request-target) date",signature="\${signature}"\`;
  return { Date: date, Authorization: \`Signature keyId="\${process.env.KEY_ID}",algorithm="\${algorithm}",\${covered}\` };
}

const [method, target] = process.argv.slice(2);
if (method) for (const [name, value] of Object.entries(signed(method, target))) console.log(\`\${name}: \${value}\`);`;

/** Lines of a shell that write {@link signProgram} to `sign.mjs`. */
export const writeSignProgram = `cat > sign.mjs <<'END'
${signProgram}
END`;

/** The function `edge`, which sends a request that `sign.mjs` signs. It runs after {@link shellIdentity}. */
export const nodeFunction = `edge() {
  local method=$1 target=$2
  shift 2
  node sign.mjs "$method" "$target" |
    curl -sS -i -X "$method" "$URL$target" -H @- ${curlOptions}
}`;

/** Lines of a shell that keep the identity as a profile of triton. They run after {@link shellIdentity}. */
export const tritonProfile = `printf '{"name": "edge", "url": "%s", "account": "%s", "keyId": "%s"}' \\
  "$URL" "$LOGIN" "${fingerprint}" | triton profile create -y --no-docker -f -`;

/** Lines of a shell before the samples of triton and sdc. They run after {@link tritonProfile}. */
export const clientEnvironment = `export TRITON_PROFILE=edge
export SDC_URL=$URL SDC_ACCOUNT=$LOGIN
export SDC_KEY_ID=$(ssh-keygen -l -E md5 -f "$KEY" | sed 's/.*MD5:\\([^ ]*\\).*/\\1/')`;

/** Code above the JavaScript samples, in a file beside `sign.mjs`. It runs after {@link shellIdentity}. */
export const fetchPreamble = `import { signed } from "./sign.mjs";

const send = (method, target, { headers, body } = {}) =>
  fetch(process.env.URL + target, {
    method,
    headers: { ...signed(method, target), "Api-Version": "~9", "Content-Type": "application/json", ...headers },
    body,
  });`;

/** Lines of a shell that add a key to the account, signed with the key that it had, and sign with the new one from then on. */
export const addOwnKey = `MINE=~/.ssh/id_ed25519
edge POST /my/keys -d "{\\"name\\": \\"$(basename "$MINE")\\", \\"key\\": \\"$(cat "$MINE.pub")\\"}"
export KEY=$MINE
${nameKey}`;
