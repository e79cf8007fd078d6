import { TextField } from '../http/request-fields.js';

export class UnparkRequest {
  @TextField({ min: 1, max: 200, description: 'The name of a parked stream, as the list of projections shows it.' })
  stream!: string;
}
