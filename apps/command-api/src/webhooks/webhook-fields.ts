import { INTEGRATION_EVENT_TYPES, MAX_OVERLAP_SECONDS } from '#libs/domain';
import { IntegerField, TextField, TextListField } from '../http/request-fields.js';

/** More characters than the largest body has: how long a URL may be is the guard's to say, with a code of its own. */
const ANY_LENGTH = 1_048_576;

const TYPES = INTEGRATION_EVENT_TYPES.map((type) => `\`${type}\``).join(', ');

export function UrlField({ optional = false } = {}): PropertyDecorator {
  return TextField({
    max: ANY_LENGTH,
    optional,
    description: 'Where messages are sent: `https`, a public host, no credentials, no fragment; 1 to 2,048 characters.',
  });
}

/** Which types there are is the domain's to say: another one has a code of its own. */
export function EventTypesField(description: string, { optional = false } = {}): PropertyDecorator {
  return TextListField({ max: 200, maxItems: 200, optional, description: `${description} Of ${TYPES}.` });
}

export function EventTypeField(description: string): PropertyDecorator {
  return TextField({ max: 200, description: `${description} One of ${TYPES}.` });
}

export function OverlapField(): PropertyDecorator {
  return IntegerField({
    min: 0,
    max: MAX_OVERLAP_SECONDS,
    optional: true,
    description: 'How long the secret before signs too; default a day, 0: no longer.',
  });
}
