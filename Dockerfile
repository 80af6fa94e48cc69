# The base may be named otherwise, where images come from a mirror.
ARG DEBIAN_BASE=debian:bookworm-slim

FROM ${DEBIAN_BASE} AS build
WORKDIR /src
COPY scripts/packages scripts/packages
RUN scripts/packages build
COPY . .
RUN scripts/build release && strip build/release/market \
    && scripts/packages --of build/release/market >build/packages

FROM ${DEBIAN_BASE}
COPY --from=build /src/build/packages /tmp/packages
RUN apt-get -qq update \
    && xargs -a /tmp/packages env DEBIAN_FRONTEND=noninteractive \
       apt-get -qq install -y --no-install-recommends \
    && rm -rf /tmp/packages /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin market \
    && install -d -o market -g market -m 0750 /data
COPY --from=build /src/build/release/market /usr/local/bin/market
COPY --from=build /src/config/market.toml /usr/share/doc/market/market.toml
USER market
WORKDIR /data
ENV MARKET_DATA_DIR=/data MARKET_HTTP_ADDRESS=0.0.0.0
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["market", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["market"]
CMD ["serve"]
