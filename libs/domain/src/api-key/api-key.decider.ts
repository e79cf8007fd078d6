import type { Decider } from '../decider.js';
import type { ApiKeyCommand } from './api-key.commands.js';
import type { ApiKeyEvent } from './api-key.events.js';
import type { LineageState } from './api-key.state.js';
import { decideAnnounceExpiry } from './decide-announce-expiry.js';
import { decideCreate } from './decide-create.js';
import { decideRotate } from './decide-rotate.js';
import { decideTransition } from './decide-transition.js';
import { decideUpdate } from './decide-update.js';
import { evolveLineage } from './evolve-lineage.js';

/** Stream `apiKey-{lineage}`: a key and all its rotations, with every rule that a key has to keep. */
export const apiKeyDecider: Decider<ApiKeyCommand, ApiKeyEvent, LineageState> = {
  initialState: { orgId: null, keys: [] },

  decide(command, state) {
    switch (command.kind) {
      case 'CreateApiKey':
        return decideCreate(command, state);
      case 'UpdateApiKey':
        return decideUpdate(command, state);
      case 'RotateApiKey':
        return decideRotate(command, state);
      case 'RevokeApiKey':
      case 'SuspendApiKey':
      case 'ReactivateApiKey':
      case 'DeleteApiKey':
        return decideTransition(command, state);
      case 'AnnounceExpiry':
        return decideAnnounceExpiry(command, state);
    }
  },

  evolve: evolveLineage,
};
