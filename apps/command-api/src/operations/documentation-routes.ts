import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { parseQuery } from '../http/query-specification.js';
import { RequestRefused } from '../http/request-refused.js';
import type { RouteContract } from '../http/route-contract.js';
import type { DocumentationPage } from './documentation-pages.js';

export interface DocumentationRoutesOptions {
  readonly pages: readonly DocumentationPage[];
  /** The OpenAPI document as JSON text, made once all routes are known. */
  readonly openApi: () => string;
}

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};
const START_SCRIPT = "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true });\n";
/** Everything comes from this server, so that the page works offline and nothing else can run in it. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const REFERENCE_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Keyledger API reference</title>
    <link rel="icon" href="/docs/assets/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
  </head>
  <body>
    <main id="reference"></main>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/assets/start.js"></script>
  </body>
</html>
`;

/** `/openapi.json`, the reference page `/docs` with its assets, `/llms.txt` and the documentation as Markdown. */
export function serveDocumentation(server: FastifyInstance, { pages, openApi }: DocumentationRoutesOptions): void {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  server.get('/openapi.json', route(contracts.openApi), (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(openApi()),
  );
  server.get('/docs', route(contracts.reference), (_request, reply) =>
    reply
      .headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY })
      .send(REFERENCE_PAGE),
  );
  server.get<{ Params: { file: string } }>('/docs/assets/:file', route(contracts.asset), (request, reply) => {
    const { file } = request.params;
    if (file === 'start.js') return reply.header('content-type', 'text/javascript; charset=utf-8').send(START_SCRIPT);
    const type = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
    if (type === undefined) throw new RequestRefused('not_found');
    return reply.header('content-type', type).send(createReadStream(join(assets, file)));
  });
  server.get('/llms.txt', route(contracts.index), (_request, reply) =>
    reply.header('content-type', 'text/plain; charset=utf-8').send(indexOf(pages)),
  );
  server.get<{ Params: { '*': string } }>('/docs/*', route(contracts.page), (request, reply) => {
    const page = byPath.get(request.params['*']);
    if (page === undefined) throw new RequestRefused('not_found');
    return reply.header('content-type', 'text/markdown; charset=utf-8').send(page.text);
  });
}

function indexOf(pages: readonly DocumentationPage[]): string {
  return [
    '# Keyledger',
    '',
    '> A self-hosted, event-sourced backend for API keys and their audit log.',
    '',
    '## Documentation',
    '',
    ...pages.map(({ path, title }) => `- [${title}](/docs/${path})`),
    '',
    '## API',
    '',
    '- [OpenAPI document](/openapi.json)',
    '',
  ].join('\n');
}

/** None of these routes has a parameter in its query. */
function route(ofRoute: RouteContract) {
  const onRequest = (request: FastifyRequest, _reply: unknown, done: HookHandlerDoneFunction): void => {
    parseQuery({}, request.query);
    done();
  };
  return { config: { contract: ofRoute }, onRequest };
}

function contract(
  operationId: string,
  summary: string,
  contentType: string,
  refuses: RouteContract['refuses'] = [],
): RouteContract {
  const schema = contentType === 'application/json' ? { type: 'object' } : { type: 'string' };
  const answers = [{ status: 200, description: 'It.', schema, contentType }];
  return { operationId, summary, tag: 'Operations', access: null, answers, refuses, query: {} };
}

const contracts = {
  openApi: contract('getOpenApi', 'This document', 'application/json'),
  reference: contract('getReference', 'The API reference as a page', 'text/html'),
  asset: contract('getReferenceAsset', 'What the reference page is made of', '*/*', ['not_found']),
  index: contract('getDocumentationIndex', 'The documentation, listed for language models', 'text/plain'),
  page: contract('getDocumentationPage', 'A page of the documentation as Markdown', 'text/markdown', ['not_found']),
};
