/** Ends the run's PostgreSQL, if a test started it, and removes its folder. */
export default async function globalTeardown() {
  await globalThis.removeHeadroomTestServer();
}
