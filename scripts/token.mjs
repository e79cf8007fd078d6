import { runBuilt } from './run-built.mjs';

/** `npm run -s token -- --org ID --user ID --role ROLE`: a JWT of the embedded issuer of DATA_DIR. */
runBuilt('libs/auth/src/cli/token.js');
