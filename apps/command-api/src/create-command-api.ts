import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveOperations } from '#libs/operations';
import { serveVerification, VERIFY_ROUTE } from './api-keys/verify-api-key/verify-api-key.route.js';
import type { CommandApiDependencies } from './command-api-dependencies.js';
import { CommandApiModule } from './command-api.module.js';
import { noteAnswers } from './http/after-routes.js';
import { ClientAddresses } from './http/client-address.js';
import { ErrorHandler } from './http/error-handler.js';
import { HttpServer } from './http/http-server.js';
import { parseJsonBodies } from './http/json-body.js';
import { KnownRoutes } from './http/known-routes.js';
import { LogPositions } from './http/log-positions.js';
import { NestLogger } from './http/nest-logger.js';
import { RequestBody } from './http/request-body.js';
import { RequestGuard } from './http/request-guard.js';
import { runBeforeRoutes } from './http/request-pipeline.js';
import { traceRequests } from './http/trace-requests.js';
import { describedBodies } from './operations/described-bodies.js';
import { documentationPages } from './operations/documentation-pages.js';
import { serveDocumentation } from './operations/documentation-routes.js';
import { openApiDocument } from './operations/openapi-document.js';
import { operationsContracts } from './operations/operations-contracts.js';

/** The whole HTTP API over what it is given; initialised, not yet listening. */
export async function createCommandApi(dependencies: CommandApiDependencies): Promise<NestFastifyApplication> {
  const { settings, logger, metrics, readiness } = dependencies;
  const errors = new ErrorHandler(dependencies);
  const adapter = new HttpServer(errors);
  const server = adapter.getInstance();
  const routes = new KnownRoutes(server);
  const guard = new RequestGuard({
    ...settings,
    authenticate: dependencies.authenticate,
    holdsScope: dependencies.holdsScope,
    waitFor: dependencies.waitFor,
    positions: new LogPositions(dependencies.tokens),
  });
  runBeforeRoutes(server, { addresses: new ClientAddresses(settings.trustedProxies), guard, routes });
  const quiet = (_method: string, route: string): boolean => route === VERIFY_ROUTE;
  traceRequests(server, quiet);
  noteAnswers(server, { logger, metrics, quiet });
  parseJsonBodies(server);
  serveOperations(server, {
    ...{ readiness, metrics, config: operationsContracts },
    mayKnowDetails: (request) => guard.isOperator(request),
  });
  serveVerification(server, dependencies);
  let openApi = '';
  const pages = await documentationPages(dependencies.documentationRoot);
  serveDocumentation(server, { pages, openApi: () => openApi });
  const application = await NestFactory.create<NestFastifyApplication>(CommandApiModule.over(dependencies), adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  application.useGlobalFilters(errors);
  application.useGlobalPipes(new RequestBody());
  await application.init();
  await server.ready();
  openApi = JSON.stringify(openApiDocument(routes.all(), describedBodies(application)));
  return application;
}
