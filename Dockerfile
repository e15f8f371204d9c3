# syntax=docker/dockerfile:1

# Installs the dependencies. The optional ones are Node itself, which the image already has.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && rm -rf node_modules/.bin

FROM node:24-slim
ENV NODE_ENV=production DATA_DIR=/data
# Generated secrets are in /data/keys, the embedded store is in /data. Only this user can read them.
RUN mkdir -p /data/keys && chown -R node:node /data && chmod -R 700 /data
COPY --from=dependencies /app/node_modules /app/node_modules
COPY package.json /app/
COPY src /app/src
COPY locales /app/locales
COPY views /app/views
COPY assets /app/assets
COPY keys/generate.ts keys/rotate.ts /app/keys/
COPY examples/shop /app/examples/shop
USER node
WORKDIR /data
VOLUME /data
EXPOSE 3000 3001
# Checks /livez, not /readyz: an unavailable store is no reason to replace the process.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Without a shell, so that Node receives SIGTERM.
CMD ["node", "/app/src/main.ts"]
