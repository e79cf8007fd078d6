import { ProductMetrics, type ProjectionFigures } from './product-metrics.js';

it('exposes what was counted and what is watched, read anew each time', async () => {
  const metrics = new ProductMetrics({ processMetrics: false });
  let projections: ProjectionFigures[] = [
    { name: 'api_keys', lagSeconds: 1.5, parkedStreams: 2, error: 'an event that it does not know' },
  ];
  metrics.watchProjections(() => projections);
  metrics.watchLog(() => 42);
  metrics.watchDirectory(() => ({ size: 7, stalenessSeconds: 0.25 }));
  metrics.watchAppendQueue(() => 3);
  metrics.answered('GET', '/v1/api-keys/:id', 200, 0.002);
  metrics.verified('valid', 0.000_003);
  metrics.verified('valid', 0.000_03);
  metrics.denied('insufficient_scope');
  metrics.watchLiveEvents(() => 9);
  metrics.liveStreamEnded('slow');
  metrics.answered('GET', '/v1/events', 200, null);

  const { contentType, text } = await metrics.expose();
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  for (const line of [
    'keyledger_http_requests_total{method="GET",route="/v1/api-keys/:id",status="200"} 1',
    'keyledger_http_request_duration_seconds_count{route="/v1/api-keys/:id"} 1',
    'keyledger_key_verifications_total{code="valid"} 2',
    'keyledger_key_verify_duration_seconds_bucket{le="0.000005"} 1',
    'keyledger_denials_total{code="insufficient_scope"} 1',
    'keyledger_projection_lag_seconds{projection="api_keys"} 1.5',
    'keyledger_projection_parked_streams{projection="api_keys"} 2',
    'keyledger_projection_stopped{projection="api_keys"} 1',
    'keyledger_log_position 42',
    'keyledger_key_directory_keys 7',
    'keyledger_key_directory_staleness_seconds 0.25',
    'keyledger_append_queue_size 3',
    'keyledger_live_event_streams 9',
    'keyledger_live_event_streams_ended_total{reason="slow"} 1',
    'keyledger_http_requests_total{method="GET",route="/v1/events",status="200"} 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).not.toContain('duration_seconds_count{route="/v1/events"}');
  projections = projections.map((projection) => ({ ...projection, error: null }));
  expect((await metrics.expose()).text).toContain('keyledger_projection_stopped{projection="api_keys"} 0');
  projections = [];
  expect((await metrics.expose()).text).not.toContain('projection="api_keys"');
});
