import { Module, type DynamicModule } from '@nestjs/common';
import { CredentialWatch } from './credential-watch.js';
import { LiveEventsController } from './live-events.controller.js';
import { LiveEvents } from './live-events.js';

/** `GET /v1/events`. */
@Module({})
export class LiveEventsModule {
  static over(events: LiveEvents, credentials: CredentialWatch): DynamicModule {
    return {
      module: LiveEventsModule,
      controllers: [LiveEventsController],
      providers: [
        { provide: LiveEvents, useValue: events },
        { provide: CredentialWatch, useValue: credentials },
      ],
    };
  }
}
