import { once } from "node:events";
import { type AddressInfo, createServer, isIP } from "node:net";
import { WrongUsage } from "./program.ts";

/** Where the service listens. */
export type Address = { host: string; port: number };

/** Reads `--host` and `--port`. @throws {WrongUsage} the host is not an IP address, or the port not a port */
export function readAddress({ host, port }: { host: string; port: string }): Address {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65535) throw new WrongUsage(`--port is a number from 1 to 65535; ${port} was given`);
  if (host === "localhost") return { host: "127.0.0.1", port: number };
  if (isIP(host) === 0) throw new WrongUsage(`--host is an IP address of this machine; ${host} was given`);
  return { host, port: number };
}

/** True if no other machine reaches the address. */
export const isLoopback = (host: string): boolean => host === "::1" || /^127\./.test(host);

/** `HOST:PORT`, with an IPv6 address in brackets. */
export const formatAddress = ({ host, port }: Address): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** The URL of an address on this machine. For "every address" it is that of the loopback. */
export const formatUrl = ({ host, port }: Address): string => {
  const reached = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${formatAddress({ host: reached, port })}`;
};

/** The warning for an address that other machines reach. */
export const formatWarning = (address: Address): string =>
  `warning: ${formatAddress(address)} may be reached by other machines, over plain HTTP: put TLS before it (docs/operating.md#run-it-yourself). A signature must cover (request-target) there: REQUIRE_REQUEST_TARGET is on`;

/** Listens for a moment. @returns the port. @throws {Error} the system does not let this program listen there */
async function tryListening({ host, port }: Address): Promise<number> {
  const server = createServer().listen(port, host);
  await once(server, "listening");
  const { port: found } = server.address() as AddressInfo; // It listens on a port.
  server.close();
  return found;
}

/** Finds a port of 127.0.0.1 that nothing listens on. */
export const findFreePort = (): Promise<number> => tryListening({ host: "127.0.0.1", port: 0 });

/** @throws {Error} one line for the user: why the address cannot be listened on, and what to do */
export async function assertIsFree(address: Address, command: string): Promise<void> {
  const { host, port } = address;
  await tryListening(address).catch((cause: NodeJS.ErrnoException) => {
    const reasons: Readonly<Record<string, string>> = {
      EADDRINUSE: `port ${port} of ${host} is in use by another program; choose another: ${command} -- --port N`,
      EACCES: `port ${port} may not be used by this user; choose one above 1023: ${command} -- --port N`,
    };
    const otherwise = `${host} is not an address of this machine (${cause.code}); name another: ${command} -- --host ADDRESS`;
    throw new Error(reasons[cause.code ?? ""] ?? otherwise, { cause });
  });
}
