/** The steps of a write between which a process may die; a test build ends itself there, the product does nothing. */
export type WriteStep = 'intent_stored' | 'appended' | 'answer_stored';

export type FailPoint = (step: WriteStep) => void;

export const NO_FAIL_POINT: FailPoint = () => undefined;
