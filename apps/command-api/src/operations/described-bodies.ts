import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { JsonSchema } from '../http/route-contract.js';
import type { DescribedBodies } from './openapi-document.js';

/** Asks Nest for the bodies that request classes describe, in the words of JSON Schema 2020-12. */
export function describedBodies(application: INestApplication): DescribedBodies {
  const document = SwaggerModule.createDocument(application, new DocumentBuilder().build());
  const bodies = new Map<string, JsonSchema>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries({
      post: item.post,
      put: item.put,
      patch: item.patch,
      delete: item.delete,
    })) {
      if (operation?.requestBody === undefined || !('content' in operation.requestBody)) continue;
      const schema: unknown = operation.requestBody.content['application/json']?.schema;
      bodies.set(`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`, modern(schema));
    }
  }
  const schemas = Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => {
    return [name, { ...modern(schema), additionalProperties: false }];
  });
  return { bodies, schemas: Object.fromEntries(schemas) as Record<string, JsonSchema> };
}

/** OpenAPI 3.0 says `nullable`, JSON Schema a second type. */
function modern(schema: unknown): JsonSchema {
  if (typeof schema !== 'object' || schema === null) return {};
  const entries = Object.entries(schema).flatMap(([keyword, value]: [string, unknown]): [string, unknown][] => {
    if (keyword === 'nullable') return [];
    if (keyword === 'type' && 'nullable' in schema && schema.nullable === true) return [['type', [value, 'null']]];
    if (keyword === 'properties' && typeof value === 'object' && value !== null) {
      return [[keyword, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, modern(inner)]))]];
    }
    return [[keyword, value]];
  });
  return Object.fromEntries(entries);
}
