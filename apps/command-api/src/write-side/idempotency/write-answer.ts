/** The answer to a write as it goes out, and as it is kept for a repeated request. */
export interface WriteAnswer {
  readonly status: 200 | 201 | 202 | 204;
  /** Null for 204. */
  readonly body: object | null;
  readonly location: string | null;
  /** The `X-Log-Position` token. */
  readonly logPosition: string;
  /** Whether this is an earlier request's answer again. */
  readonly replayed: boolean;
}

/** What a write is answered when it is carried out for the first time, as it is kept for a repeated request. */
export type FirstAnswer = Omit<WriteAnswer, 'replayed'>;

export function answerToText(answer: FirstAnswer): string {
  return JSON.stringify(answer);
}

/** From our own JSON, authenticated by its seal. Whole numbers keep their digits, also those that no double has. */
export function answerFromText(text: string): FirstAnswer {
  return JSON.parse(text, withItsDigits) as FirstAnswer;
}

function withItsDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded && context?.source !== undefined ? JSON.rawJSON(context.source) : value;
}
