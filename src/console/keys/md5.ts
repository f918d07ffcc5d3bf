/** By how much each step turns: four in each of four rounds. */
const turns = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];

const sines = Array.from({ length: 64 }, (_, at) => Math.floor(2 ** 32 * Math.abs(Math.sin(at + 1))));

/** How each round mixes three words, and the word of the block that a step of it adds. */
const rounds: readonly { mix: (b: number, c: number, d: number) => number; pick: (step: number) => number }[] = [
  { mix: (b, c, d) => (b & c) | (~b & d), pick: (step) => step },
  { mix: (b, c, d) => (b & d) | (c & ~d), pick: (step) => 5 * step + 1 },
  { mix: (b, c, d) => b ^ c ^ d, pick: (step) => 3 * step + 5 },
  { mix: (b, c, d) => c ^ (b | ~d), pick: (step) => 7 * step },
];

/**
 * Computes MD5, which browsers lack: for OpenSSL's old key files alone, whose passphrase it stretches.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1321#section-3
 */
export function md5(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil((message.length + 9) / 64);
  const padded = new Uint8Array(blocks * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, message.length * 8, true);
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  for (let block = 0; block < blocks; block += 1) addBlock(state, view, block * 64);
  return new Uint8Array(state.buffer);
}

function addBlock(state: Uint32Array, view: DataView, start: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let step = 0; step < 64; step += 1) {
    const round = rounds[step >> 4];
    const turn = turns[step >> 4]?.[step & 3] ?? 0;
    if (!round) break;
    const word = view.getUint32(start + 4 * (round.pick(step) & 15), true);
    const sum = (a + round.mix(b, c, d) + word + (sines[step] ?? 0)) | 0;
    [a, b, c, d] = [d, (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0, b, c];
  }
  for (const [at, value] of [a, b, c, d].entries()) state[at] = (state[at] ?? 0) + value;
}
