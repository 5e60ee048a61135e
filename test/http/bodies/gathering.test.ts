import { Failure } from '../../../src/errors.js';
import { gathered } from '../../../src/http/bodies/gathering.js';

async function* inPieces(lengths: readonly number[]): AsyncGenerator<Buffer> {
  for (const [index, length] of lengths.entries()) yield Buffer.alloc(length, index % 251);
}

async function all(lengths: readonly number[]): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of gathered(inPieces(lengths))) pieces.push(piece);
  return pieces;
}

it.each<[name: string, lengths: number[]]>([
  ['nothing', []],
  ['one piece', [5]],
  ['long ones', [100_000, 70_000, 1]],
  ['a thousand bytes, each by itself', Array<number>(1_000).fill(1)],
  ['lines of a list', Array.from({ length: 20_000 }, (_, index) => 16 + (index % 80))],
  ['long and then byte by byte, less than on average', [50_000, ...Array<number>(3_000).fill(1)]],
])('%s: the same bytes, in pieces that are worth keeping', async (_, lengths) => {
  const whole: Buffer[] = [];
  for await (const piece of inPieces(lengths)) whole.push(piece);
  const pieces = await all(lengths);
  expect(Buffer.concat(pieces).equals(Buffer.concat(whole))).toBe(true);
  for (const piece of pieces.slice(0, -1)) expect(piece.length).toBeGreaterThanOrEqual(16_384);
});

it.each<[name: string, lengths: number[]]>([
  ['byte by byte', Array<number>(1_001).fill(1)],
  ['fifteen by fifteen', Array<number>(1_001).fill(15)],
  ['nothing at all, again and again', Array<number>(1_001).fill(0)],
])('%s is refused', async (_, lengths) => {
  await expect(all(lengths)).rejects.toThrow(Failure);
});
