/** Keeps the process busy. */
export function busy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
