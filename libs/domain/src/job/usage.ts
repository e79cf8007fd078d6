/**
 * What work has cost, under the names of the wire and of stored events. `cost_usd` is an exact decimal: digits, a point
 * and six places.
 */
export type Usage = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly embedding_tokens: number;
  readonly structured_output_tokens: number;
  readonly rag_chunks: number;
  readonly cost_usd: string;
};

export const NO_USAGE: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  embedding_tokens: 0,
  structured_output_tokens: 0,
  rag_chunks: 0,
  cost_usd: '0.000000',
};
