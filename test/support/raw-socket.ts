import { connect } from "node:net";

/** What came back on a connection: its text, and whether the connection ended before `withinMs`. */
export type RawAnswer = { text: string; isEnded: boolean };

/** How to send: bytes in pieces, whether the client then ends its half, or resets the connection. */
export type RawSending = {
  pieces: readonly (string | Uint8Array)[];
  ending: "none" | "end" | "reset";
  withinMs: number;
};

/** Sends bytes as they are to a port of 127.0.0.1, and reads until the connection ends, an answer is there, or time is up. */
export function sendRaw(port: number, { pieces, ending, withinMs }: RawSending): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    const finish = (isEnded: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, isEnded });
    };
    const timer = setTimeout(() => finish(false), withinMs);
    socket
      .on("error", () => finish(true))
      .on("close", () => finish(true))
      .on("data", (chunk) => {
        text += chunk.toString("latin1");
        if (text.includes("\r\n\r\n")) finish(true);
      })
      .on("connect", () => {
        for (const piece of pieces) socket.write(piece);
        if (ending === "end") socket.end();
        if (ending === "reset") setTimeout(() => socket.resetAndDestroy(), 5);
      });
  });
}

/** The status of the first answer; undefined where there is none. */
export const readStatus = ({ text }: RawAnswer): number | undefined => {
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
  return status === undefined ? undefined : Number(status);
};
