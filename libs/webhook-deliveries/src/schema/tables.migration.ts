import type { Migration } from '#libs/postgres';

/** The api role sees its organization's rows; the dispatcher, which works as the projector role, all. */
function confined(table: string, grants: { readonly api: string; readonly projector: string }): string {
  return `
    alter table webhooks.${table} enable row level security;
    alter table webhooks.${table} force row level security;
    create policy own_organization on webhooks.${table} to {{api}}
      using (org_id = current_setting('keyledger.org_id', true))
      with check (org_id = current_setting('keyledger.org_id', true));
    create policy every_organization on webhooks.${table} to {{projector}} using (true) with check (true);
    grant ${grants.api} on webhooks.${table} to {{api}};
    grant ${grants.projector} on webhooks.${table} to {{projector}};`;
}

const READ = 'select';
const CHANGE = 'select, insert, update';
const ALL = 'select, insert, update, delete';

/** What a delivery is, pending or finished. */
const DELIVERY = `
      delivery_id text collate "C" not null,
      -- the order of every list, newest first
      number bigint not null default nextval('webhooks.delivery_numbers'),
      org_id text collate "C" not null,
      webhook_id text collate "C" not null,
      event_id text collate "C" not null,
      event_type text collate "C" not null,
      -- what asked for it: empty for the event itself, else the id of the test, redelivery or replay
      cause text collate "C" not null default '',
      -- where in the log that is
      position numeric(20) not null,
      -- null: the endpoint does not number it
      sequence bigint,
      test boolean not null default false,
      redelivery_of text collate "C",
      -- the bytes that are signed and sent
      body text not null,
      created_at timestamptz not null default clock_timestamp(),
      -- oldest first, as the API shows them
      attempts jsonb not null default '[]'`;

/**
 * The schedule of webhooks and what became of it: no read model, for attempts are in no event. With the signing secrets
 * and the fan-out's place in the log it is part of every backup.
 *
 * `endpoints` has three writers, each with columns of its own: API and fan-out say what the endpoint's events say, whoever is
 * first, and never go back to an earlier revision; the fan-out alone numbers; the dispatcher claims and judges its health.
 * `deliveries` holds what is pending, `history` what is finished, by the day it finished: whole days are dropped.
 * `events` and `sequences` are what a replay needs to know of the past; the events themselves stay in the log.
 */
export const tablesMigration: Migration = {
  id: 'webhooks/001-tables',
  sql: `
    create schema webhooks;
    grant usage on schema webhooks to {{api}}, {{projector}}, {{operator}};

    create table webhooks.fan_out (
      only_row boolean primary key default true check (only_row),
      -- folded up to here
      position numeric(20) not null,
      -- folded up to here at least once: what lies before may have been delivered already
      high_water numeric(20) not null,
      -- what happened up to here is numbered but never sent
      send_from numeric(20) not null,
      -- an operator's wish
      asked_send_from numeric(20),
      -- nothing is claimed before it has come so far: endpoints are not yet what they are
      catch_up_to numeric(20) not null,
      -- what was folded last, by which the log is recognised
      last_stream text,
      last_revision bigint,
      last_event_id uuid
    );
    grant select on webhooks.fan_out to {{api}};
    grant select, update (asked_send_from) on webhooks.fan_out to {{operator}};
    grant ${CHANGE} on webhooks.fan_out to {{projector}};

    create table webhooks.endpoints (
      webhook_id text collate "C" primary key,
      org_id text collate "C" not null,
      -- as its own events say, each up to a revision of its stream; unknown: a log that is folded anew has not said yet
      status text not null check (status in ('active', 'paused', 'disabled', 'deleted', 'unknown')),
      status_revision int not null,
      -- newest first: [{secret_id, ends_at: Unix seconds or null}]
      secrets jsonb not null,
      secrets_revision int not null,

      -- at the fan-out's place in the log, where it goes and what it subscribes to: the two change together, so that nothing
      -- is sent to a new place that its maker may not have seen; null: not made yet, or gone
      url text not null,
      subscribed text[],
      last_sequence bigint not null default 0,

      -- when to look for something to send; infinity: nothing waits
      due_at timestamptz not null default 'infinity',
      -- as many as it may have are under way until then
      full_until timestamptz not null default '-infinity',
      most_in_flight int not null default 2,
      slow boolean not null default false,

      -- since the last success or activation
      failing_since timestamptz,
      failed_attempts int not null default 0,
      failed_hours int not null default 0,
      last_failed_hour timestamptz,
      -- it has to be disabled, and nothing is sent any more
      disable_reason text check (disable_reason in ('gone', 'failing')),
      last_delivery jsonb
    ) with (fillfactor = 60);
    create index endpoints_due on webhooks.endpoints (slow, due_at) where status = 'active' and disable_reason is null;
    create index endpoints_of_organization on webhooks.endpoints (org_id);
    create index endpoints_to_disable on webhooks.endpoints (webhook_id) where disable_reason is not null;
    ${confined('endpoints', { api: CHANGE, projector: CHANGE })}

    create sequence webhooks.delivery_numbers;
    grant usage on sequence webhooks.delivery_numbers to {{projector}};

    create table webhooks.deliveries (
      ${DELIVERY},
      next_attempt_at timestamptz,
      lease_token uuid,
      -- the next attempt, or the end of the lease
      due_at timestamptz not null default clock_timestamp(),
      primary key (delivery_id),
      unique (webhook_id, event_id, cause)
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
    create index deliveries_due on webhooks.deliveries (webhook_id, due_at);
    create index deliveries_listed on webhooks.deliveries (webhook_id, number);
    create index deliveries_of_cause on webhooks.deliveries (cause) where cause <> '';
    create index deliveries_leased on webhooks.deliveries (webhook_id) where lease_token is not null;
    ${confined('deliveries', { api: READ, projector: ALL })}

    create table webhooks.history (
      ${DELIVERY},
      status text not null check (status in ('delivered', 'failed', 'skipped')),
      finished_at timestamptz not null,
      primary key (delivery_id, finished_at)
    ) partition by range (finished_at);
    create index history_listed on webhooks.history (webhook_id, number);
    create index history_of_event on webhooks.history (webhook_id, event_id, cause);
    ${confined('history', { api: READ, projector: 'select, insert' })}

    -- What is pending of an endpoint before that place of the log and is not to be sent any more, but for tests and what is
    -- of types that stay (null: nothing does). Nothing is claimed of the endpoint until all of it is gone.
    create table webhooks.skips (
      org_id text collate "C" not null,
      webhook_id text collate "C" not null,
      before numeric(20) not null,
      but text[],
      primary key (webhook_id, before)
    );
    ${confined('skips', { api: READ, projector: ALL })}

    create table webhooks.attempt_counts (
      org_id text collate "C" not null,
      webhook_id text collate "C" not null,
      minute timestamptz not null,
      attempts int not null,
      successes int not null,
      primary key (webhook_id, minute)
    ) with (fillfactor = 60);
    create index attempt_counts_old on webhooks.attempt_counts (minute);
    ${confined('attempt_counts', { api: READ, projector: ALL })}

    create table webhooks.events (
      org_id text collate "C" not null,
      position numeric(20) not null,
      event_id text collate "C" not null,
      event_type text collate "C" not null,
      occurred_at timestamptz not null,
      stream text collate "C" not null,
      revision bigint not null,
      primary key (org_id, position)
    );
    create index events_of_type on webhooks.events (org_id, event_type, occurred_at);
    ${confined('events', { api: READ, projector: 'select, insert' })}

    create table webhooks.sequences (
      org_id text collate "C" not null,
      webhook_id text collate "C" not null,
      position numeric(20) not null,
      sequence bigint not null,
      primary key (webhook_id, position)
    );
    ${confined('sequences', { api: READ, projector: 'select, insert' })}

    create table webhooks.replays (
      replay_id text collate "C" primary key,
      org_id text collate "C" not null,
      webhook_id text collate "C" not null,
      event_types text[] not null,
      since timestamptz not null,
      until timestamptz not null,
      -- done up to here, of what is before the replay itself
      at_position numeric(20) not null default 0,
      position numeric(20) not null,
      -- when somebody may go on with it, and why it did not go on last
      try_at timestamptz not null default clock_timestamp(),
      error text,
      ended_at timestamptz
    );
    create index replays_open on webhooks.replays (try_at) where ended_at is null;
    create index replays_of_endpoint on webhooks.replays (webhook_id) where ended_at is null;
    ${confined('replays', { api: READ, projector: CHANGE })}

    -- How many wait, whosesoever they are.
    create policy for_operators on webhooks.endpoints for select to {{operator}} using (true);
    create policy for_operators on webhooks.deliveries for select to {{operator}} using (true);
    grant select (webhook_id, status, due_at) on webhooks.endpoints to {{operator}};
    grant select (webhook_id, due_at, lease_token) on webhooks.deliveries to {{operator}};
  `,
};
