import { formatCurl, formatFetch, listClientCommands } from "../../openapi/code-samples.ts";
import { examples } from "../../openapi/examples.ts";
import {
  addOwnKey,
  clientEnvironment,
  fetchPreamble,
  nodeFunction,
  opensslFunction,
  pemCopy,
  shellIdentity,
  tritonProfile,
  writeSignProgram,
} from "../../openapi/signing.ts";
import type { DocsPage } from "./frame.ts";
import { formatProse, formatSample } from "./html.ts";

/** A step: its heading, what to know, and its code. */
type Step = { id: string; level: 2 | 3; title: string; texts: readonly string[]; samples: readonly string[] };

const [rename, safely] = examples.UpdateImage;
const [triton] = listClientCommands("UpdateImage", rename);

const steps: readonly Step[] = [
  {
    id: "who",
    level: 2,
    title: "1. Who you are",
    texts: [
      "`LOGIN` is an account of the service and `KEY` the file of its private key. `KEY_ID` names the key by its fingerprint: the service has the public half.",
      "As they stand, the lines are those of the demo that `npm start` serves: run them in the project's folder. With an account of your own change the first line.",
    ],
    samples: [formatSample("once per shell", shellIdentity)],
  },
  {
    id: "sign",
    level: 2,
    title: "2. How you sign",
    texts: [
      "There are no passwords and no tokens: each request is signed with the private key. Choose one way. The lines for openssl and for Node make a command, `edge METHOD TARGET`, which takes further options of curl.",
    ],
    samples: [],
  },
  {
    id: "openssl",
    level: 3,
    title: "openssl: RSA and ECDSA",
    texts: [
      "openssl reads keys in PEM. If the first line of yours is `-----BEGIN OPENSSH PRIVATE KEY-----`, make a copy in PEM (with a passphrase of its own: leave out `-N ''`) and put the copy's path in `KEY`.",
      "For an ECDSA key set `ALGORITHM=ecdsa-sha256`. openssl's `dgst` cannot sign with Ed25519; Node can.",
    ],
    samples: [formatSample("once per shell", opensslFunction), formatSample("a copy in PEM", pemCopy)],
  },
  {
    id: "node",
    level: 3,
    title: "Node: Ed25519, and any other key",
    texts: [
      "`sign.mjs` signs with a key in PEM, or with an Ed25519 key as `ssh-keygen` writes it, without a passphrase. `ssh-keygen -Y sign` makes another signature, which the service refuses.",
    ],
    samples: [formatSample("once per shell", `${writeSignProgram}\n\n${nodeFunction}`)],
  },
  {
    id: "triton",
    level: 3,
    title: "triton and the sdc commands",
    texts: [
      "They look for the private key in `~/.ssh` and in your ssh-agent. For the demo's key set `HOME=$PWD/.local` first.",
    ],
    samples: [formatSample("once", tritonProfile), formatSample("once per shell", clientEnvironment)],
  },
  {
    id: "fetch",
    level: 3,
    title: "fetch",
    texts: [
      "In a file `try.mjs` beside `sign.mjs`, which the lines for Node write. A page in a browser cannot set `Date`: it sends and signs `x-date`.",
    ],
    samples: [formatSample("try.mjs", fetchPreamble)],
  },
  {
    id: "update",
    level: 2,
    title: "3. Update an image",
    texts: [
      "This renames the demo's image. The answer is 200 with the image as it is now; its `ETag` names the revision, `Changed-Fields` what the update changed.",
    ],
    samples: [
      formatSample("curl", formatCurl(rename)),
      ...(triton ? [formatSample("triton", triton.source)] : []),
      formatSample("fetch, below the lines above; node try.mjs runs it", formatFetch(rename)),
    ],
  },
  {
    id: "safely",
    level: 2,
    title: "The same safely",
    texts: [
      "`If-Match` makes it fail with 412 where somebody else changed the image since you read it. `Idempotency-Key` makes a retry harmless: when no answer came, send the last command again, with the same `ONCE`.",
    ],
    samples: safely ? [formatSample("curl", formatCurl(safely))] : [],
  },
  {
    id: "own-key",
    level: 2,
    title: "Your own key",
    texts: [
      "A key that may sign for the account adds another, RSA, ECDSA or Ed25519, under a name that the account does not have yet. From then on the lines sign with it: set `KEY` to a copy in PEM of an RSA or ECDSA key. openssl cannot sign with Ed25519, so paste the lines for Node first.",
      "If no key of yours is known yet, the operator of the service adds the account with `npm run provision`.",
    ],
    samples: [formatSample("add a key, and use it", addOwnKey)],
  },
];

const formatStep = ({
  id,
  level,
  title,
  texts,
  samples,
}: Step): string => `<section class="beside" aria-labelledby="${id}">
<div class="text">
<h${level} id="${id}">${title}</h${level}>
${texts.map((text) => `<p>${formatProse(text)}</p>`).join("\n")}
</div>
<div class="code">
${samples.join("\n")}
</div>
</section>`;

/** The first page: from a key to the first update, for each way to sign. */
export const startPage: DocsPage = {
  name: "",
  title: "Your first update",
  body: `<h1>Your first update</h1>
<p>Three steps, in one shell of bash or zsh: <a href="#who">who you are</a>, how you sign (<a href="#openssl">openssl</a>, <a href="#node">Node</a>, <a href="#triton">triton</a> or <a href="#fetch">fetch</a>), and <a href="#update">the update</a>. Then <a href="UpdateImage">UpdateImage</a> has all that can be sent and all that can come back.</p>
${steps.map(formatStep).join("\n")}`,
};
