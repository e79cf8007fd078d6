import { rm } from 'node:fs/promises';

export default async function stopPostgres() {
  const { server, directory } = globalThis.keyledgerTestPostgres;
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
