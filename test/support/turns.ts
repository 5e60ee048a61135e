/** Runs `work`, and tells how often at most `took` was called between two turns that somebody else had. */
export async function mostBetweenTurns(work: (took: () => void) => Promise<unknown>): Promise<number> {
  let [taken, most, isDone] = [0, 0, false];
  const turn = (): void => {
    taken = 0;
    if (!isDone) setImmediate(turn);
  };
  turn();
  await work(() => (most = Math.max(most, (taken += 1)))).finally(() => (isDone = true));
  return most;
}
