import { rm } from 'node:fs/promises';

export default async function removeTemplates() {
  await rm(process.env.KEYLEDGER_TEST_TEMPLATES, { recursive: true, force: true });
}
