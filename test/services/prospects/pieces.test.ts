import { Pieces } from '../../../src/services/prospects/lead-list.service.js';
import { Rejections } from '../../../src/services/prospects/lead-list.report.js';

it('rows of a list are written after two megabytes of it, however few they are, and none before there are enough', async () => {
  const taken: number[] = [];
  const pieces = new Pieces<string>(
    { path: '' },
    new Rejections(),
    async (rows) => void taken.push(rows.length),
  );
  const read = async (rows: number, bytes: number): Promise<void> => {
    for (let row = 0; row < rows; row += 1) pieces.onRow('row');
    pieces.onBytes(bytes);
    await pieces.onPiece();
  };
  await read(3, 1_048_576);
  expect(taken).toEqual([]);
  await read(3, 1_048_576);
  expect(taken).toEqual([6]);
  await read(499, 1_048_576);
  expect(taken).toEqual([6]);
  await read(1, 1);
  expect(taken).toEqual([6, 500]);
  await read(0, 9_000_000);
  expect(taken).toEqual([6, 500]);
  await read(1, 1);
  expect(taken).toEqual([6, 500, 1]);
});
