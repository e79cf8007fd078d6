import 'reflect-metadata';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CommandApiDependencies } from './command-api-dependencies.js';
import { ClientAddresses } from './http/client-address.js';
import { ErrorHandler } from './http/error-handler.js';
import { HttpServer } from './http/http-server.js';
import { parseJsonBodies } from './http/json-body.js';
import { KnownRoutes } from './http/known-routes.js';
import { NestLogger } from './http/nest-logger.js';
import { RequestBody } from './http/request-body.js';
import { RequestGuard } from './http/request-guard.js';
import { runBeforeRoutes } from './http/request-pipeline.js';
import { HealthController } from './operations/health.controller.js';

@Module({})
class CommandApiModule {
  static with(dependencies: CommandApiDependencies): DynamicModule {
    return { module: CommandApiModule, imports: [...dependencies.modules], controllers: [HealthController] };
  }
}

/** The whole HTTP API over what it is given; initialised, not yet listening. */
export async function createCommandApi(dependencies: CommandApiDependencies): Promise<NestFastifyApplication> {
  const errors = new ErrorHandler(dependencies.logger);
  const adapter = new HttpServer(errors);
  const server = adapter.getInstance();
  const routes = new KnownRoutes(server);
  const addresses = new ClientAddresses(dependencies.settings.trustedProxies);
  runBeforeRoutes(server, {
    addresses,
    guard: new RequestGuard({ ...dependencies, ...dependencies.settings }),
    routes,
  });
  parseJsonBodies(server);
  const application = await NestFactory.create<NestFastifyApplication>(CommandApiModule.with(dependencies), adapter, {
    logger: new NestLogger(dependencies.logger),
    bodyParser: false,
    abortOnError: false,
  });
  application.useGlobalFilters(errors);
  application.useGlobalPipes(new RequestBody());
  await application.init();
  await server.ready();
  return application;
}
