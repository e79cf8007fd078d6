import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { SecretHasher } from '#libs/auth';
import type { ScopeCatalogue } from '#libs/domain';
import type { Position } from '#libs/event-store';
import type { ApiKeyWrites } from './api-keys/api-key-writes.js';
import { CreateApiKeyHandler } from './api-keys/create-api-key/create-api-key.command.js';
import { CreateApiKeyController } from './api-keys/create-api-key/create-api-key.controller.js';
import { DeleteApiKeyHandler } from './api-keys/delete-api-key/delete-api-key.command.js';
import { DeleteApiKeyController } from './api-keys/delete-api-key/delete-api-key.controller.js';
import { RotateApiKeyHandler } from './api-keys/rotate-api-key/rotate-api-key.command.js';
import { RotateApiKeyController } from './api-keys/rotate-api-key/rotate-api-key.controller.js';
import { TransitionApiKeyHandler } from './api-keys/transition-api-key/transition-api-key.command.js';
import { TransitionApiKeyController } from './api-keys/transition-api-key/transition-api-key.controller.js';
import { UpdateApiKeyHandler } from './api-keys/update-api-key/update-api-key.command.js';
import { UpdateApiKeyController } from './api-keys/update-api-key/update-api-key.controller.js';
import { AcknowledgeExportHandler } from './audit-log/acknowledge-export/acknowledge-export.command.js';
import { AcknowledgeExportController } from './audit-log/acknowledge-export/acknowledge-export.controller.js';
import type { AuditTrail } from './audit-log/audit-trail.js';
import type { IdempotentWrites } from './write-side/idempotency/idempotent-writes.js';

export interface UseCaseDependencies {
  readonly apiKeys: ApiKeyWrites;
  readonly catalogue: ScopeCatalogue;
  readonly hasher: SecretHasher;
  readonly writes: IdempotentWrites;
  readonly trail: AuditTrail;
  readonly sealPosition: (position: Position) => string;
}

/** The use cases that change something: a controller and a command handler each, over what they share. */
@Module({})
export class UseCasesModule {
  static over({ apiKeys, catalogue, hasher, writes, trail, sealPosition }: UseCaseDependencies): DynamicModule {
    const handlers = [
      new CreateApiKeyHandler(apiKeys, catalogue, hasher),
      new UpdateApiKeyHandler(apiKeys, catalogue),
      new RotateApiKeyHandler(apiKeys, hasher),
      new TransitionApiKeyHandler(apiKeys),
      new DeleteApiKeyHandler(apiKeys),
      new AcknowledgeExportHandler(writes, trail, sealPosition),
    ];
    return {
      module: UseCasesModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        CreateApiKeyController,
        UpdateApiKeyController,
        RotateApiKeyController,
        TransitionApiKeyController,
        DeleteApiKeyController,
        AcknowledgeExportController,
      ],
      providers: handlers.map((handler) => ({ provide: handler.constructor, useFactory: () => handler })),
    };
  }
}
