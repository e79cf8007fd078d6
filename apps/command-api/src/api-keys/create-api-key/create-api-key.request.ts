import type { KeyAccess, KeyEnvironment, KeyType } from '#libs/domain';
import { TextField, WordField } from '../../http/request-fields.js';
import { LifetimeField, NameField, ProseField, ScopesField } from '../api-key-fields.js';

export class CreateApiKeyRequest {
  @NameField()
  name!: string;

  @ProseField('Notes on the key.', { nullable: true })
  description?: string | null;

  @WordField(['service', 'user'], { optional: true, description: 'Default `service`.' })
  type?: KeyType;

  @WordField(['live', 'test'], { optional: true, description: 'Default `live`.' })
  environment?: KeyEnvironment;

  @WordField(['full', 'scoped'], {
    optional: true,
    description: 'Default `scoped` where `scopes` names a resource scope, else `full`.',
  })
  access?: KeyAccess;

  @ScopesField()
  scopes?: string[];

  @TextField({
    max: 200,
    optional: true,
    description: 'A preset of `GET /v1/scopes`, in place of `scopes` and `access`.',
  })
  preset?: string;

  @LifetimeField()
  seconds_until_expiration?: number;
}
