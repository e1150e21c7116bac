# The image of the server. docker/build-image.sh builds it with docker, podman or buildah; docs/deployment.md says how
# to run it. It is at the root because that is where every tool looks for it.

ARG NODE_IMAGE=docker.io/library/node:24-slim

# The web page: only its files get into the image.
FROM ${NODE_IMAGE} AS page
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
COPY web ./web
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --workspace web --ignore-scripts --no-audit --no-fund
# The page's arithmetic of time is the server's, its clip the demo's.
COPY src/shared ./src/shared
COPY demo/clip ./demo/clip
RUN npm run build --workspace web

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The secret, where one is given, is an .npmrc that names a registry of one's own and its credentials.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY docker/prune-modules.sh docker/runtime-root.sh docker/compile.sh /usr/local/bin/
RUN prune-modules.sh /app && runtime-root.sh /root-fs /app
COPY --from=page /app/web/dist ./web/dist
COPY src ./src
COPY mgmt ./mgmt
COPY openapi ./openapi
RUN compile.sh /app node --max-semi-space-size=8 src/main.js

# Node.js slim is made for building on: with its npm, Perl and shell the image would be half as large again.
FROM scratch
COPY --from=build /root-fs /
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=page --chmod=0555 /app/web/dist ./web/dist
# Readable for the server's user, even where the checkout is for its owner only (umask 027).
COPY --chmod=0555 package.json LICENSE ./
COPY --chmod=0555 src ./src
COPY --chmod=0555 mgmt ./mgmt
COPY --chmod=0555 openapi ./openapi

# Any address of the container: the server then does not start until AUTH_MODE says who may come in.
# One arena of malloc: with one for each of its threads the process keeps some 50 MB more.
ENV PATH=/usr/bin NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/var/lib/tams MALLOC_ARENA_MAX=1
EXPOSE 8000
VOLUME /var/lib/tams
# A number, so that Kubernetes can tell that it is not root.
USER 10001:10001
STOPSIGNAL SIGTERM

# Liveness, since those who restart by it should not do so when an object store is down.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.METRICS_PORT || process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# The process itself is number 1, handles SIGTERM, and reaps the processes that it starts.
CMD ["node", "--max-semi-space-size=8", "src/main.js"]

ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="vast-tams" \
      org.opencontainers.image.description="A Time-addressable Media Store (TAMS 7.0 and 8.2) server" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
