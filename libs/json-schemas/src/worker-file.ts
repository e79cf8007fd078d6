/** Where the thread begins. Compiled code: Node starts no thread with sources that import each other as ours do. */
export const WORKER_FILE = new URL('./worker/main.js', import.meta.url);
