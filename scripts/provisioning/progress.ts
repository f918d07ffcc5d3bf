const quietMs = 1000;

/** Says on a terminal what a program does, from its first second on; elsewhere nothing. */
export function startProgress(stream: NodeJS.WriteStream): { tell: (step: string) => void } {
  const startedAt = performance.now();
  let waiting: NodeJS.Timeout | undefined;
  return {
    tell: (step) => {
      if (!stream.isTTY) return;
      clearTimeout(waiting);
      const seconds = () => Math.round((performance.now() - startedAt) / 1000);
      const write = () => stream.write(`${seconds()} s: ${step} …\n`);
      const restMs = startedAt + quietMs - performance.now();
      if (restMs <= 0) write();
      else waiting = setTimeout(write, restMs).unref();
    },
  };
}
