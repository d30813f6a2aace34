# syntax=docker/dockerfile:1
FROM node:26.10.0-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY proto proto
COPY scripts scripts
COPY src src
RUN npm ci --ignore-scripts \
 && node scripts/generate-types.mjs \
 && npx tsc --outDir dist --rootDir . \
 && npm prune --omit=dev --ignore-scripts

FROM node:26.10.0-trixie-slim
LABEL org.opencontainers.image.title="csi-mock-driver" \
      org.opencontainers.image.description="A mock CSI driver that implements the CSI v1.5 access modes for real" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /opt/csi-mock
COPY LICENSE package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist/src dist/src
ENV CSI_ENDPOINT=unix:///csi/csi.sock \
    XDG_STATE_HOME=/var/lib
# The node service mounts, so it runs as root in a privileged container; a controller alone needs neither.
ENTRYPOINT ["node", "/opt/csi-mock/dist/src/cli.js"]
