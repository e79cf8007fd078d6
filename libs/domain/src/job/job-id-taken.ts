/** There is a job of that id: 142 random bits met twice. Nothing changed; mint another and run the command again. */
export class JobIdTaken extends Error {
  readonly code = 'job_id_taken';
  override readonly name = 'JobIdTaken';
  constructor() {
    super('the id that the command offered for a job is taken');
  }
}
