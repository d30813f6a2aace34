FROM node:26.10.0-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY proto proto
COPY scripts scripts
COPY src src
RUN npm ci --ignore-scripts
RUN npm run build \
 && chmod 755 dist/src/cli.cjs \
 && find dist -name '*.map' -delete
# Of what is prebuilt for several platforms, only what this image can load is taken along.
RUN npm prune --omit=dev --ignore-scripts \
 && find node_modules/classic-level/prebuilds -mindepth 1 -maxdepth 1 ! -name 'linux-*' -exec rm -r {} + \
 && rm -r node_modules/classic-level/deps \
 && find node_modules -name '*.map' -delete

# The package brings Python and ICU, some 100 MB, for programs that are not used here.
FROM node:26.10.0-trixie-slim AS xfs
RUN apt-get update && apt-get install -y --no-install-recommends xfsprogs \
 && dpkg-query --status xfsprogs > /xfsprogs.status

FROM node:26.10.0-trixie-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="csi-mock-driver" \
      org.opencontainers.image.description="A mock CSI driver that implements the CSI v1.5 access modes for real" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/node:26.10.0-trixie-slim"
# For volumes of an enforced size; copies need cp, which Debian always has.
RUN apt-get update \
 && apt-get install -y --no-install-recommends e2fsprogs libblkid1 libinih1 liburcu8t64 libuuid1 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log
COPY --from=xfs /usr/sbin/mkfs.xfs /usr/sbin/xfs_growfs /usr/sbin/
COPY --from=xfs /usr/share/doc/xfsprogs/copyright /usr/share/doc/xfsprogs/
# Where scanners look for packages that are not in dpkg's own list.
COPY --from=xfs /xfsprogs.status /var/lib/dpkg/status.d/xfsprogs
WORKDIR /opt/csi-mock
COPY LICENSE package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist/src dist/src
COPY --from=build /build/src/status/page src/status/page
# "csi-mock" is a command in the container too, for "kubectl exec".
RUN ["ln", "-s", "/opt/csi-mock/dist/src/cli.cjs", "/usr/local/bin/csi-mock"]
ENV CSI_ENDPOINT=unix:///csi/csi.sock \
    XDG_STATE_HOME=/var/lib
# The node service mounts, so it runs as root in a privileged container. A controller alone needs
# neither mounts nor devices.
USER root
# The driver ends by itself on this signal, as process 1 too: it needs no init.
STOPSIGNAL SIGTERM
ENTRYPOINT ["csi-mock"]
