import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { StartedSystem } from '#libs/testing';

/*
 * The reference page in a real browser: what its policy forbids, no test over HTTP would notice. Where there is no
 * Chromium it is skipped by name, but in CI it fails.
 */
const CHROMIUM = '/usr/bin/chromium';
const inBrowser = existsSync(CHROMIUM) || process.env['CI'] === 'true' ? it : it.skip;
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const NO_CALLS_HOME = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

let system: StartedSystem | null = null;
let browser: Browser | null = null;
afterAll(async () => {
  await browser?.close();
  await system?.dispose();
});

inBrowser('shows every operation at /docs without an error or a request to anywhere else', async () => {
  system = await StartedSystem.start();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...NO_CALLS_HOME] });
  const page = await browser.newPage();
  const problems: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(`${system.url}/docs`);
  await page.waitForSelector('.opblock');

  const document = await fetch(`${system.url}/openapi.json`);
  // Checked against what the page shows.
  const { paths } = (await document.json()) as { paths: Record<string, Record<string, unknown>> };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const methods = await page.locator('.opblock-summary-method').allTextContents();
  const shownPaths = await page.locator('.opblock-summary-path').allTextContents();
  // The page allows a line to break within a path.
  const shown = methods.map((method, index) => `${method} ${shownPaths[index]?.replaceAll('\u200b', '')}`);
  expect(shown.sort()).toEqual(documented.sort());

  await page.locator('#operations-API_keys-createApiKey .opblock-summary').click();
  await page.waitForSelector('#operations-API_keys-createApiKey .responses-table');
  const elsewhere = requested.filter((url) => !url.startsWith(`${system?.url}/`) && !url.startsWith('data:'));
  expect([elsewhere, problems]).toEqual([[], []]);
});
