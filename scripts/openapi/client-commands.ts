import type { Operation } from "../../src/operations.ts";
import { quoteWord } from "../running/program.ts";
import { type Exchange, example } from "./exchange.ts";

/** A shell command of a client. */
type ClientCommand = { client: "triton" | "sdc"; source: string };

const { image, shared } = example;

/** Commands that clients have for an operation; the first is triton's. `laptop.pub` is an OpenSSH public key file. */
const ownCommands: Readonly<Partial<Record<Operation, readonly [string, string?]>>> = {
  ListImages: ["triton image list name=my-image", "sdc-listimages --name=my-image"],
  GetImage: [`triton image get ${image}`, `sdc-getimage ${image}`],
  UpdateImage: [
    `triton image update ${image} name=my-renamed-image`,
    `sdc-updateimage --name=my-renamed-image ${image}`,
  ],
  CloneImage: [`triton image clone ${shared}`],
  DeleteImage: [`triton image delete --force ${image}`, `sdc-deleteimage ${image}`],
  GetAccount: ["triton account get", "sdc-getaccount"],
  UpdateAccount: ["triton account update city=Vancouver", "sdc-updateaccount --city=Vancouver"],
  ListKeys: ["triton key list", "sdc-listkeys"],
  GetKey: ["triton key get demo", "sdc-getkey demo"],
  CreateKey: ["triton key add --name=laptop laptop.pub", "sdc-createkey --name=laptop laptop.pub"],
  DeleteKey: ["triton key delete --yes laptop", "sdc-deletekey laptop"],
  ListDatacenters: ["triton datacenters", "sdc-listdatacenters"],
};

/** What triton sends as it is told, where it has no command of its own. */
function formatRawTriton({ method, path, body }: Exchange): string {
  const more = [
    ...(method === "GET" ? [] : ["-X", method]),
    ...(body === undefined ? [] : ["-H", "Content-Type: application/json", "-d", JSON.stringify(body)]),
  ];
  return ["triton", "cloudapi", path, ...more].map(quoteWord).join(" ");
}

/** The commands of the clients for an operation, as a shell takes them. @param exchange the operation's first example */
export function listClientCommands(operation: Operation, exchange: Exchange): ClientCommand[] {
  const [triton = formatRawTriton(exchange), sdc] = ownCommands[operation] ?? [];
  return [{ client: "triton", source: triton }, ...(sdc ? [{ client: "sdc" as const, source: sdc }] : [])];
}
