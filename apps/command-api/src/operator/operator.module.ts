import { Module, type DynamicModule } from '@nestjs/common';
import { OperatorProjections } from '#libs/projections';
import { LeaseRows } from '../worker/lease-rows.js';
import { ProjectionsController } from './projections.controller.js';
import { QueuesController } from './queues.controller.js';

export interface OperatorModuleOptions {
  readonly projections: OperatorProjections;
  readonly queues: LeaseRows;
}

/** The routes of the platform's operators, with the platform token. */
@Module({})
export class OperatorModule {
  static over({ projections, queues }: OperatorModuleOptions): DynamicModule {
    return {
      module: OperatorModule,
      controllers: [ProjectionsController, QueuesController],
      providers: [
        { provide: OperatorProjections, useValue: projections },
        { provide: LeaseRows, useValue: queues },
      ],
    };
  }
}
