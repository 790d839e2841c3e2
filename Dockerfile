# The toolchain stays in the first stage; the second holds one program and libpq.
FROM swift:6.3-bookworm AS build
WORKDIR /build
# The release is pinned by the base image; its security updates are wanted.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpq-dev zlib1g-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
# There are no packages to fetch, so this is the only slow step. SwiftPM wants to see the folders of
# all targets, those of the tests too, though it builds only what the product needs.
COPY Package.swift VERSION ./
COPY migrations migrations
COPY docs/swagger-ui docs/swagger-ui
COPY Sources Sources
COPY Tests Tests
ARG REVISION=
RUN BUILD_REVISION="$REVISION" swift build -c release --static-swift-stdlib --product waybill \
 && install -D --strip .build/release/waybill /image/usr/bin/waybill \
 && install -D "$(dirname "$(readlink -f "$(command -v swift)")")"/../libexec/swift/linux/swift-backtrace-static \
      /image/usr/libexec/swift/linux/swift-backtrace-static

FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpq5 zlib1g \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /image /

# A crash is told on standard error: where it was, not what the registers held.
ENV SWIFT_BACKTRACE=enable=yes,color=no,interactive=no,sanitize=yes,registers=none,images=none,swift-backtrace=/usr/libexec/swift/linux/swift-backtrace-static \
    HOST=0.0.0.0 \
    PORT=8080
# A number, so that an orchestrator can see it is not root. Nothing is written, to no folder at all.
USER 10001:10001
WORKDIR /
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["/usr/bin/waybill", "health"]
ENTRYPOINT ["/usr/bin/waybill"]
CMD ["serve"]

ARG VERSION=development
ARG REVISION=unknown
LABEL org.opencontainers.image.title="waybill" \
      org.opencontainers.image.description="Order management on PostgreSQL" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
