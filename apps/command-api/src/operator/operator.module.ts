import { Module, type DynamicModule } from '@nestjs/common';
import { OperatorProjections } from '#libs/projections';
import { ProjectionsController } from './projections.controller.js';

/** The routes of the platform's operators, with the platform token. */
@Module({})
export class OperatorModule {
  static over(projections: OperatorProjections): DynamicModule {
    return {
      module: OperatorModule,
      controllers: [ProjectionsController],
      providers: [{ provide: OperatorProjections, useValue: projections }],
    };
  }
}
