import type { TracerConfig } from '@opentelemetry/sdk-trace-node';
import type { TracingSettings } from './start-tracing.js';

type Resource = NonNullable<TracerConfig['resource']>;

/**
 * What every span says of its process: what the operator said, and nothing that was found out about the machine. Made
 * here because `sdk-trace-node` has no way to make one; of its members the exporter reads the attributes.
 */
export function serviceResource(
  settings: Pick<TracingSettings, 'otelServiceName' | 'otelResourceAttributes'>,
  defaultName: string,
): Resource {
  const { otelServiceName, otelResourceAttributes } = settings;
  const own = otelServiceName === null ? {} : { 'service.name': otelServiceName };
  return resourceOf({ 'service.name': defaultName, ...otelResourceAttributes, ...own });
}

function resourceOf(attributes: Resource['attributes']): Resource {
  return {
    attributes,
    getRawAttributes: () => Object.entries(attributes),
    merge: (other) => resourceOf({ ...attributes, ...other?.attributes }),
  };
}
