import type { ScopeCatalogue } from './scope-catalogue.js';

/**
 * The catalogue that is shipped: every resource of the product. `config/scopes.json` is the same as a
 * file for operators to start from; a test keeps the two equal.
 */
export const DEFAULT_SCOPE_CATALOGUE: ScopeCatalogue = {
  resources: [
    {
      resource: 'agent',
      actions: [
        { action: 'read', description: 'Read agent sessions and their messages.' },
        { action: 'write', description: 'Send messages to the agent.' },
      ],
    },
    {
      resource: 'documents',
      actions: [
        { action: 'read', description: 'List documents and follow their processing.' },
        { action: 'write', description: 'Upload documents and have URLs ingested.' },
      ],
    },
    {
      resource: 'reports',
      actions: [
        { action: 'read', description: 'Read policy reports.' },
        { action: 'compare', description: 'Compare policy reports with each other.' },
      ],
    },
    {
      resource: 'extract',
      actions: [
        { action: 'read', description: 'List policy types and view their schemas.' },
        { action: 'write', description: 'Submit synchronous extraction requests.' },
      ],
    },
    {
      resource: 'jobs',
      actions: [
        { action: 'read', description: 'List extraction jobs and read their status, history and results.' },
        { action: 'write', description: 'Submit, cancel and retry extraction jobs.' },
        {
          action: 'work',
          description: 'Lease jobs and report progress and results, as a worker does; never part of full access.',
        },
      ],
    },
    {
      resource: 'usage',
      actions: [{ action: 'read', description: 'Read token usage and cost.' }],
    },
    {
      resource: 'webhooks',
      actions: [
        { action: 'read', description: 'List webhook endpoints and their deliveries.' },
        {
          action: 'write',
          description: 'Create, change, test and delete webhook endpoints, and send deliveries again.',
        },
      ],
    },
    {
      resource: 'runs',
      actions: [
        { action: 'read', description: 'List evaluation runs and read their results.' },
        { action: 'write', description: 'Start, change and cancel evaluation runs.' },
      ],
    },
    {
      resource: 'agents',
      actions: [
        { action: 'read', description: 'List the agents under evaluation and read their settings.' },
        { action: 'write', description: 'Create and change the agents under evaluation.' },
      ],
    },
    {
      resource: 'conversations',
      actions: [
        { action: 'read', description: 'Read conversations and their transcripts.' },
        { action: 'submit', description: 'Submit conversations for evaluation.' },
        { action: 'delete', description: 'Delete conversations.' },
      ],
    },
    {
      resource: 'metrics',
      actions: [
        { action: 'read', description: 'List metrics and read their definitions.' },
        { action: 'write', description: 'Create and change metrics.' },
        { action: 'delete', description: 'Delete metrics.' },
      ],
    },
    {
      resource: 'test-sets',
      actions: [
        { action: 'read', description: 'List test sets and read them.' },
        { action: 'write', description: 'Create and change test sets.' },
      ],
    },
    {
      resource: 'test-cases',
      actions: [
        { action: 'read', description: 'List test cases and read them.' },
        { action: 'write', description: 'Create and change test cases.' },
      ],
    },
    {
      resource: 'personas',
      actions: [
        { action: 'read', description: 'List personas and read them.' },
        { action: 'write', description: 'Create and change personas.' },
        { action: 'delete', description: 'Delete personas.' },
      ],
    },
    {
      resource: 'simulations',
      actions: [
        { action: 'read', description: 'List simulations and read their results.' },
        { action: 'write', description: 'Start and change simulations.' },
      ],
    },
    {
      resource: 'traces',
      actions: [
        { action: 'read', description: 'Read traces.' },
        { action: 'write', description: 'Send in traces.' },
      ],
    },
    {
      resource: 'dashboards',
      actions: [
        { action: 'read', description: 'View dashboards.' },
        { action: 'write', description: 'Create and change dashboards.' },
        { action: 'delete', description: 'Delete dashboards.' },
      ],
    },
    {
      resource: 'scheduled-runs',
      actions: [
        { action: 'read', description: 'List scheduled runs and read them.' },
        { action: 'write', description: 'Create and change scheduled runs.' },
        { action: 'delete', description: 'Delete scheduled runs.' },
      ],
    },
    {
      resource: 'run-templates',
      actions: [
        { action: 'read', description: 'List run templates and read them.' },
        { action: 'write', description: 'Create and change run templates.' },
        { action: 'delete', description: 'Delete run templates.' },
      ],
    },
  ],
  presets: [
    {
      name: 'read_only',
      label: 'Read only',
      scopes: [
        'agent:read',
        'documents:read',
        'reports:read',
        'extract:read',
        'jobs:read',
        'usage:read',
        'webhooks:read',
        'runs:read',
        'agents:read',
        'conversations:read',
        'metrics:read',
        'test-sets:read',
        'test-cases:read',
        'personas:read',
        'simulations:read',
        'traces:read',
        'dashboards:read',
        'scheduled-runs:read',
        'run-templates:read',
      ],
    },
    {
      name: 'run_evaluations',
      label: 'Run evaluations',
      scopes: [
        'runs:read',
        'runs:write',
        'agents:read',
        'metrics:read',
        'test-sets:read',
        'test-cases:read',
        'personas:read',
        'simulations:read',
        'simulations:write',
        'traces:read',
        'run-templates:read',
      ],
    },
    {
      name: 'upload_conversations',
      label: 'Upload conversations',
      scopes: ['conversations:read', 'conversations:submit', 'agents:read', 'metrics:read', 'traces:write'],
    },
    {
      name: 'job_submitter',
      label: 'Job submitter',
      scopes: ['jobs:read', 'jobs:write', 'extract:read', 'extract:write'],
    },
    { name: 'worker', label: 'Worker', scopes: ['jobs:work'] },
    { name: 'auditor', label: 'Auditor', scopes: ['audit:read'] },
  ],
};
