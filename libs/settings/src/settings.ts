import { kinds, optional } from './setting-kinds.js';
import type { Setting } from './setting.js';

/** Types the default with the kind, so that neither widens the other. */
function setting<T>(name: string, kind: Setting<T>['kind'], defaultValue: NoInfer<T>, description: string): Setting<T> {
  return { name, kind, default: defaultValue, description };
}

/** Every setting of the product. What is not here is no setting. */
export const SETTINGS = {
  port: setting('PORT', kinds.integer(0, 65_535), 3_000, 'Port of the API; 0 takes any free one.'),
  host: setting('HOST', kinds.text, '127.0.0.1', 'Address that the API listens on.'),
  dataDir: setting(
    'DATA_DIR',
    kinds.text,
    '.keyledger',
    'Where the embedded mode keeps its Postgres, keys and session; the API alone with `DEV_ISSUER` keys and session.',
  ),
  databaseUrl: setting(
    'DATABASE_URL',
    optional(kinds.url('postgres', 'postgresql')),
    null,
    "The owner's URL of the Postgres for read models; without it `npm start` starts one in `DATA_DIR`, and an app of its own does not start.",
  ),
  databaseUrlFile: setting(
    'DATABASE_URL_FILE',
    optional(kinds.text),
    null,
    'A file that holds `DATABASE_URL`, in place of it, such as a mounted secret.',
  ),
  eventStoreUrl: setting(
    'EVENT_STORE_URL',
    optional(kinds.eventStoreUrl),
    null,
    "The event store: an EventStoreDB, or a Postgres by its owner's URL; without it the Postgres of the read models.",
  ),
  eventStoreUrlFile: setting(
    'EVENT_STORE_URL_FILE',
    optional(kinds.text),
    null,
    'A file that holds `EVENT_STORE_URL`, in place of it.',
  ),
  devIssuer: setting(
    'DEV_ISSUER',
    kinds.boolean,
    false,
    'Whether the embedded token issuer runs and `session.json` is written; `npm start` sets it.',
  ),
  oidcIssuer: setting(
    'OIDC_ISSUER',
    optional(kinds.url('https', 'http')),
    null,
    'Issuer whose JWTs are accepted, any OpenID Connect provider; not together with `DEV_ISSUER`.',
  ),
  oidcAudience: setting(
    'OIDC_AUDIENCE',
    optional(kinds.text),
    null,
    'Audience that a JWT must be for; required with `OIDC_ISSUER`.',
  ),
  oidcJwksUrl: setting(
    'OIDC_JWKS_URL',
    optional(kinds.url('https', 'http')),
    null,
    "Where the issuer's keys are, when that differs from what its discovery document says.",
  ),
  claimSubject: setting('OIDC_CLAIM_SUBJECT', kinds.text, 'sub', 'Claim that holds the id of the user.'),
  claimOrgId: setting('OIDC_CLAIM_ORG_ID', kinds.text, 'org_id', 'Claim that holds the id of the organization.'),
  claimOrgSlug: setting('OIDC_CLAIM_ORG_SLUG', kinds.text, 'org_slug', 'Claim that holds its short name.'),
  claimRole: setting('OIDC_CLAIM_ROLE', kinds.text, 'org_role', 'Claim that holds `admin`, `member` or `auditor`.'),
  platformTokenSha256: setting(
    'PLATFORM_TOKEN_SHA256',
    kinds.sha256List,
    [],
    "Hashes of the platform tokens of the operator's own services.",
  ),
  rateLimitRps: setting(
    'RATE_LIMIT_RPS',
    kinds.integer(0, 1_000_000),
    1_000,
    'Requests a second for each credential, with a burst of twice that; 0 turns the limit off.',
  ),
  authFailuresPerMinute: setting(
    'AUTH_FAILURES_PER_MINUTE',
    kinds.integer(0, 1_000_000),
    300,
    'Failed authentications a minute for each client address, of IPv6 each /64; 0 turns the limit off.',
  ),
  trustedProxies: setting('TRUSTED_PROXIES', kinds.cidrList, [], 'Proxies whose `X-Forwarded-For` is believed.'),
  metricsPort: setting(
    'METRICS_PORT',
    optional(kinds.integer(0, 65_535)),
    null,
    'A second port with `/healthz`, `/readyz` and `/metrics` in full and without a credential.',
  ),
  metricsHost: setting('METRICS_HOST', kinds.text, '127.0.0.1', 'Address that the metrics port listens on.'),
  scopesFile: setting('SCOPES_FILE', optional(kinds.text), null, 'A scope catalogue in place of the shipped one.'),
  keyringFile: setting(
    'KEYRING_FILE',
    optional(kinds.text),
    null,
    'The keys that live outside every database, the same on every node; without it `keyring.json` in `DATA_DIR`, which ' +
      'the API alone makes with `DEV_ISSUER` only.',
  ),
  keyring: setting('KEYRING', optional(kinds.text), null, 'The text of such a file, in place of `KEYRING_FILE`.'),
  directoryMaxKeys: setting(
    'DIRECTORY_MAX_KEYS',
    kinds.integer(1, 10_000_000),
    100_000,
    'Most keys that the key directory holds in memory; others are read when they are used.',
  ),
  directoryStaleAfterMs: setting(
    'DIRECTORY_STALE_AFTER_MS',
    kinds.integer(100, 600_000),
    5_000,
    'Age of the view of the log, in milliseconds, past which keys are refused with 503 rather than accepted.',
  ),
  downloadLeastBytesPerMinute: setting(
    'DOWNLOAD_LEAST_BYTES_PER_MINUTE',
    kinds.integer(1, 1_000_000_000),
    65_536,
    'What the reader of a download has to take in a minute, while more is waiting for it, to keep its place.',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    kinds.oneOf('debug', 'info', 'warn', 'error', 'silent'),
    'info',
    'The least that is logged.',
  ),
  positionWaitMs: setting(
    'POSITION_WAIT_MS',
    kinds.integer(0, 60_000),
    2_000,
    'How long a read waits for `X-Min-Log-Position`, in milliseconds.',
  ),
  webhookAllowedCidrs: setting(
    'WEBHOOK_ALLOWED_CIDRS',
    kinds.cidrList,
    [],
    'Addresses that webhooks may be sent to though they are not public, as literals too and on any port.',
  ),
  webhookAllowHttp: setting(
    'WEBHOOK_ALLOW_HTTP',
    kinds.boolean,
    false,
    'Whether webhooks may be sent without TLS, to addresses of `WEBHOOK_ALLOWED_CIDRS` alone.',
  ),
  webhookPorts: setting('WEBHOOK_PORTS', kinds.portList, [], 'Ports that webhooks may be sent to besides 443.'),
  webhookRetentionDays: setting(
    'WEBHOOK_RETENTION_DAYS',
    kinds.integer(1, 3_650),
    30,
    'How long finished deliveries and their attempts are kept.',
  ),
  natsUrl: setting(
    'NATS_URL',
    optional(kinds.natsUrl),
    null,
    'The NATS server with JetStream, or servers of one cluster, that carry events to the webhook dispatcher; without it ' +
      'they go through the process itself.',
  ),
  natsUrlFile: setting('NATS_URL_FILE', optional(kinds.text), null, 'A file that holds `NATS_URL`, in place of it.'),
  otelSdkDisabled: setting('OTEL_SDK_DISABLED', kinds.boolean, false, 'Turns traces off whatever else is set.'),
  otelTracesExporter: setting(
    'OTEL_TRACES_EXPORTER',
    kinds.oneOf('otlp', 'none'),
    'otlp',
    'Where traces go: by OTLP to the endpoint, or nowhere.',
  ),
  otelEndpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    optional(kinds.url('https', 'http')),
    null,
    'Base URL of an OpenTelemetry collector, such as `http://localhost:4318`; with it spans are made and sent there.',
  ),
  otelTracesEndpoint: setting(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    optional(kinds.url('https', 'http')),
    null,
    'The whole URL that traces are sent to, in place of that one.',
  ),
  otelHeaders: setting(
    'OTEL_EXPORTER_OTLP_HEADERS',
    optional(kinds.pairs),
    null,
    'Headers for the collector, such as a credential.',
  ),
  otelServiceName: setting(
    'OTEL_SERVICE_NAME',
    optional(kinds.text),
    null,
    'What traces call the process; by default `keyledger`, `keyledger-command-api` or `keyledger-projector`.',
  ),
  otelResourceAttributes: setting(
    'OTEL_RESOURCE_ATTRIBUTES',
    optional(kinds.pairs),
    null,
    'What else traces say of the process, such as `deployment.environment.name=production`.',
  ),
  otelTracesSampler: setting(
    'OTEL_TRACES_SAMPLER',
    kinds.oneOf(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ),
    'parentbased_always_on',
    "Which traces are kept; the `parentbased` ones do what the caller's `traceparent` says, where there is one.",
  ),
  otelTracesSamplerArg: setting(
    'OTEL_TRACES_SAMPLER_ARG',
    kinds.ratio,
    1,
    'The share of traces that the `traceidratio` samplers keep.',
  ),
} as const;

type Declared = typeof SETTINGS;

/** The settings of a process, checked. */
export type Settings = { readonly [Key in keyof Declared]: Declared[Key]['default'] };
