/** What every queue is given to carry: about 150 bytes in and as many out. */
export const JOB_INPUT = {
  document: 'https://files.example.com/policies/2026/cyber-4711.pdf',
  language: 'en',
  fields: ['insured', 'limits', 'exclusions'],
};
export const JOB_RESULT = {
  insured: 'Example Ltd',
  limits: { each_claim: '1000000', aggregate: '2000000' },
  pages: 12,
};
