import { MAX_GRACE_SECONDS, MAX_LIFETIME_SECONDS, MAX_TEXT_LENGTH } from '#libs/domain';
import { IntegerField, TextField, TextListField } from '../http/request-fields.js';

const optional = true;

/** A text that a person reads: line breaks allowed. */
export function ProseField(description: string, { nullable = false } = {}): PropertyDecorator {
  return TextField({ max: MAX_TEXT_LENGTH, lineBreaks: true, optional, nullable, description });
}

export function ReasonField(): PropertyDecorator {
  return ProseField('Why, for the audit log.', { nullable: true });
}

export function ScopesField(): PropertyDecorator {
  return TextListField({
    max: 200,
    maxItems: 200,
    optional,
    description: 'Of `GET /v1/scopes`; `resource:*` is allowed.',
  });
}

export function LifetimeField(): PropertyDecorator {
  return IntegerField({
    min: 1,
    max: MAX_LIFETIME_SECONDS,
    optional,
    description: 'Seconds until the key expires by itself.',
  });
}

export function GraceField(): PropertyDecorator {
  return IntegerField({
    min: 0,
    max: MAX_GRACE_SECONDS,
    optional,
    description: 'How long the old key goes on working; 0 unless the key rotates itself, then 60.',
  });
}

/** More characters than the largest body has. */
const ANY_LENGTH = 1_048_576;

/**
 * Looser than the rule itself, which is the domain's: there it applies after trimming, however much there is to trim,
 * and a blank name has a code of its own.
 */
export function NameField({ optional = false } = {}): PropertyDecorator {
  return TextField({
    max: ANY_LENGTH,
    lineBreaks: true,
    optional,
    description: 'What the key is for; 1 to 200 characters after trimming.',
  });
}
