import type { Answer } from "./answer.ts";
import { type DateSignature, Ed25519Key } from "./ed25519-key.ts";
import { makeUuid } from "./uuids.ts";

/** The account of the tests that start the service and load it. */
export const loader = { uuid: "aaaaaaaa-0000-4000-8000-000000000001", login: "loader" };

const key = new Ed25519Key("loader");

/** The loader's key, for the accounts of a provision file. */
export const loaderKeys: readonly object[] = [{ name: "loader", key: key.publicLine }];

/** The loader with its key, for a provision file. */
export const loaderAccount: object = { ...loader, keys: loaderKeys };

/** Images of the loader for a provision file: `sendUpdate` takes their numbers. */
export const makeLoaderImages = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({
    uuid: makeUuid(index),
    owner: loader.uuid,
    name: "0",
    version: "1",
    os: "smartos",
    type: "zone-dataset",
  }));

/** The loader's private key: PEM. */
export const loaderKeyText: string = key.file;

/** A request of the loader, or of another account `as` which has the same key. */
type LoaderRequest = RequestInit & { as?: string };

/** A date and the Authorization over it. @param login of the account */
export const makeSignature = (login = loader.login): DateSignature => key.signDate(login);

/** Sends a request of the loader to the service on a port. */
export const sendTo = (
  port: number,
  path: string,
  { as = loader.login, ...init }: LoaderRequest = {},
): Promise<Answer> => key.send({ port, login: as, path, ...init });

/** Updates the loader's image of this number. */
export const sendUpdate = (port: number, index: number, fields: object): Promise<Answer> =>
  sendTo(port, `/my/images/${makeUuid(index)}?action=update`, { method: "POST", body: JSON.stringify(fields) });
