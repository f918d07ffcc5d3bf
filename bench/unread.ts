/** What answers cost that nobody reads: memory of workerd, and the time that another account's GetImage takes meanwhile. */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { makeOutgoing, measureOther, type Site } from "./bystander.ts";
import { listTree } from "./site.ts";
import { reads, type Worst } from "./worst-requests.ts";

const count = 100;

/** Sends a request on a connection of its own, and reads its status alone. */
function open({ port, key }: Site, { make }: Worst): Promise<{ socket: Socket; status: number }> {
  const { method, path, headers } = makeOutgoing(key, make(1, 0));
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...headers }).map(([name, value]) => `${name}: ${value}`);
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`),
    );
    socket.on("error", () => resolve({ socket, status: 0 }));
    socket.once("data", (chunk) => {
      socket.pause();
      resolve({ socket, status: Number(chunk.toString("latin1").split(" ", 2)[1]) });
    });
  });
}

/** Memory of a process and of what it started, in MB. proc(5) */
const readMemory = (pid: number): number =>
  listTree(pid).reduce((sum, one) => sum + Number(readFileSync(`/proc/${one}/statm`, "utf8").split(" ")[1]) / 256, 0);

/** Leaves 100 answers of each kind unread. @returns the lines of a table */
export async function measureUnread(site: Site): Promise<string[]> {
  const lines = [
    `| ${count} answers that nobody reads | 200 | 429 | memory, MB an answer | GetImage of another, ms |`,
    "|---|---|---|---|---|",
  ];
  for (const one of reads) {
    const before = readMemory(site.pid);
    const opened = await Promise.all(Array.from({ length: count }, () => open(site, one)));
    await wait(500);
    const taken = (readMemory(site.pid) - before) / count;
    const other = await measureOther(site);
    const counts = [200, 429].map((status) => opened.filter((answer) => answer.status === status).length);
    for (const { socket } of opened) socket.destroy();
    lines.push(`| ${[one.name, ...counts, taken.toFixed(2), other.toFixed(2)].join(" | ")} |`);
  }
  return lines;
}
