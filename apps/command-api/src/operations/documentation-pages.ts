import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A page of the documentation as Markdown. */
export interface DocumentationPage {
  /** Below `/docs/`, such as `security.md`. */
  readonly path: string;
  readonly title: string;
  readonly text: string;
}

/** The README and every Markdown file of `docs`, read once. @param root the folder that has both */
export async function documentationPages(root: string): Promise<readonly DocumentationPage[]> {
  const found = await readdir(join(root, 'docs'), { recursive: true });
  const inDocs = found.filter((path) => path.endsWith('.md')).sort();
  const files = [{ path: 'README.md', file: join(root, 'README.md') }].concat(
    inDocs.filter((path) => path !== 'README.md').map((path) => ({ path, file: join(root, 'docs', path) })),
  );
  const pages = await Promise.all(files.map(({ path, file }) => readPage(path, file)));
  return pages.filter((page) => page !== null);
}

async function readPage(path: string, file: string): Promise<DocumentationPage | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  // The README lies beside the folder in the repository, and in it here.
  const links =
    path === 'README.md' ? text.replaceAll('](docs/', '](') : text.replaceAll('](../README.md', '](README.md');
  return { path, title: /^# (.+)$/m.exec(text)?.[1] ?? path, text: links };
}
