import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Position } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { AnswerPosition } from '../worker/answer-position.js';
import { AttemptWrites } from '../worker/attempt-writes.js';
import { AttemptsController } from '../worker/attempts.controller.js';
import type { JobQueue } from '../worker/job-queue.js';
import { LeaseDesk } from '../worker/lease-desk.js';
import { LiveCredentials } from '../http/live-credentials.js';
import { LeaseJobsController } from '../worker/lease-jobs/lease-jobs.controller.js';
import { ChangeJobHandler } from './change-job/change-job.command.js';
import { ChangeJobController } from './change-job/change-job.controller.js';
import { ExtractController } from './extract/extract.controller.js';
import { Extractions } from './extract/extractions.js';
import { JobSchemas } from './job-schemas.js';
import type { JobWrites } from './job-writes.js';
import { SubmitJobHandler } from './submit-job/submit-job.command.js';
import { SubmitJobController } from './submit-job/submit-job.controller.js';

export interface JobsModuleOptions {
  readonly writes: JobWrites;
  readonly schemas: JobSchemas;
  readonly queue: JobQueue;
  readonly credentials: LiveCredentials;
  readonly extractions: Extractions;
  readonly sealPosition: (position: Position) => string;
  readonly logger: Logger;
}

/** What clients and workers do to jobs. */
@Module({})
export class JobsModule {
  static over({
    writes,
    schemas,
    queue,
    credentials,
    extractions,
    sealPosition,
    logger,
  }: JobsModuleOptions): DynamicModule {
    const handlers = [new SubmitJobHandler(writes, schemas), new ChangeJobHandler(writes, queue.rows, logger)];
    return {
      module: JobsModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        SubmitJobController,
        ChangeJobController,
        ExtractController,
        LeaseJobsController,
        AttemptsController,
      ],
      providers: [
        { provide: JobSchemas, useValue: schemas },
        { provide: Extractions, useValue: extractions },
        { provide: LeaseDesk, useValue: queue.desk },
        { provide: AnswerPosition, useValue: new AnswerPosition(sealPosition) },
        { provide: LiveCredentials, useValue: credentials },
        { provide: AttemptWrites, useValue: queue.attempts },
        ...handlers.map((handler) => ({ provide: handler.constructor, useFactory: () => handler })),
      ],
    };
  }
}
