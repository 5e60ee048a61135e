import { startTestServer } from './test-server.js';

// A process of its own: what a test file holds open would keep its worker from ending.
await startTestServer(process.argv[2] ?? '');
// The lease ends with the process, and nobody leaves: the server stays for the run.
process.exit(0);
