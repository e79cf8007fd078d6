const DEADLINE_MS = 5_000;
const MOST_BYTES = 1_048_576;

/**
 * The JSON that a GET answers with status 200: one deadline from the look-up of the name to the last byte, bounded, and
 * no redirect followed, which could lead anywhere.
 * @throws Error
 */
export async function fetchJson(url: URL, deadlineMs = DEADLINE_MS): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(deadlineMs),
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new Error(`${url.pathname} answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`${url.pathname} answered more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
