import type { KeyAccess } from '#libs/domain';
import { WordField } from '../../http/request-fields.js';
import { NameField, ProseField, ScopesField } from '../api-key-fields.js';

export class UpdateApiKeyRequest {
  @NameField({ optional: true })
  name?: string;

  @ProseField('Notes on the key; null clears them.', { nullable: true })
  description?: string | null;

  @WordField(['full', 'scoped'], { optional: true, description: 'Default anew where `scopes` are given without it.' })
  access?: KeyAccess;

  @ScopesField()
  scopes?: string[];
}
