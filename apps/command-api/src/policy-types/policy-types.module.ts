import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { GetPolicyTypeSchemaController } from './get-policy-type-schema/get-policy-type-schema.controller.js';
import { PolicyTypes } from './policy-types.js';
import { PutPolicyTypeHandler, type PutPolicyTypeOptions } from './put-policy-type/put-policy-type.command.js';
import { PutPolicyTypeController } from './put-policy-type/put-policy-type.controller.js';

export interface PolicyTypesModuleOptions extends PutPolicyTypeOptions {
  readonly policyTypes: PolicyTypes;
}

/** What an organization says of the kinds of its jobs; the list is with the queries that read models answer. */
@Module({})
export class PolicyTypesModule {
  static over({ policyTypes, ...options }: PolicyTypesModuleOptions): DynamicModule {
    return {
      module: PolicyTypesModule,
      imports: [CqrsModule.forRoot()],
      controllers: [PutPolicyTypeController, GetPolicyTypeSchemaController],
      providers: [
        { provide: PolicyTypes, useValue: policyTypes },
        { provide: PutPolicyTypeHandler, useFactory: () => new PutPolicyTypeHandler(options) },
      ],
    };
  }
}
