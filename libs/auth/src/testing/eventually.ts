/** Waits until it is so. @throws Error after 10 s, so that a test that fails does not go on for ever */
export async function eventually(isSo: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('what was waited for did not happen');
}
