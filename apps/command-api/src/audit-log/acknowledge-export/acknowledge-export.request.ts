import { IntegerField } from '../../http/request-fields.js';

export class AcknowledgeExportRequest {
  @IntegerField({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'How many rows the client exported.' })
  row_count!: number;
}
