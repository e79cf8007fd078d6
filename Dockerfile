# One image for every app; which of them a container is, its command says.

FROM node:24.21.0-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Not `npm ci`, for the reason that scripts/ensure-installed.mjs gives.
RUN npm install --no-save --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY apps apps
COPY libs libs
# The demo works as the example does.
COPY examples examples
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json
# The optional ones are the Postgres of the embedded mode, which no container runs.
RUN npm prune --omit=dev --omit=optional --no-save --no-audit --no-fund

FROM node:24.21.0-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY README.md ./
COPY docs docs
# A volume that is mounted here takes over its owner.
RUN install -d -o node -g node -m 0700 /var/lib/keyledger
USER node
# The flags of scripts/node-flags.json, which says why.
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=16", "--max-old-space-size=320"]
CMD ["dist/apps/command-api/src/main.js"]
