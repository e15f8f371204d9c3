# syntax=docker/dockerfile:1

# The Node that the tests ran on. Give it with its digest for an image that never changes under a tag:
# docker build --build-arg NODE_IMAGE=node:24.21.0-slim@sha256:… .
ARG NODE_IMAGE=node:24.21.0-slim

# Installs the dependencies, and lists them. The optional ones are Node itself, which the image already has.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && rm -rf node_modules/.bin
# With --omit, npm sbom leaves out what a development dependency requires too.
RUN npm pkg delete devDependencies optionalDependencies && npm sbom --sbom-format=cyclonedx > sbom.cdx.json

# Bundles the control panel. The image has neither its sources nor what bundles them.
FROM ${NODE_IMAGE} AS panel
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY src/admin/panel /app/src/admin/panel
COPY src/themes/colours.ts /app/src/themes/
COPY panel /app/panel
# Configurations that the panel shows to copy.
COPY deploy/gate /app/deploy/gate
COPY deploy/relying-parties /app/deploy/relying-parties
RUN node src/admin/panel/write-bundle.ts

FROM ${NODE_IMAGE}
ENV NODE_ENV=production DATA_DIR=/data
# Generated secrets are in /data/keys, the embedded store is in /data. Only this user can read them.
RUN mkdir -p /data/keys && chown -R node:node /data && chmod -R 700 /data
COPY --from=dependencies /app/node_modules /app/node_modules
COPY --from=dependencies /app/sbom.cdx.json /app/
COPY package.json /app/
COPY src /app/src
COPY locales /app/locales
COPY views /app/views
COPY assets /app/assets
COPY panel/views /app/panel/views
COPY panel/locales /app/panel/locales
COPY --from=panel /app/panel/bundled /app/panel/bundled
COPY keys/generate.ts keys/rotate.ts keys/vapid.ts /app/keys/
COPY examples/shop /app/examples/shop
COPY crowd /app/crowd
# Operators simulate a sale in the panel.
COPY simulate /app/simulate
USER node
WORKDIR /data
VOLUME /data
EXPOSE 3000 3001
# Checks /livez, not /readyz: an unavailable store is no reason to replace the process.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Without a shell, so that Node receives SIGTERM. V8's options are those of `npm start` (docs/operations.md, "Memory").
CMD ["node", "--max-semi-space-size=16", "--heap-growing-percent=50", "/app/src/main.ts"]
