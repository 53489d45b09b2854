# leadscore as an image: docker build -t leadscore . ; deploy/compose.yaml runs it beside PostgreSQL.
# The service needs no right, no writable file and no shell: run it with --read-only --cap-drop=ALL --security-opt=no-new-privileges.
ARG DEBIAN=bookworm-slim

FROM debian:${DEBIAN} AS build
ENV DEBIAN_FRONTEND=noninteractive
COPY deploy/lib/packages.sh /tmp/packages.sh
RUN apt-get update && apt-get install -y --no-install-recommends $(bash /tmp/packages.sh build) && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# The packages of the libraries that the binary asks for, by the names they have in this Debian, are written beside it.
RUN meson setup /build --buildtype=release -Dtests=false -Dwerror=false && ninja -C /build \
    && install -D -s -m 0755 /build/src/app/leadscore /out/leadscore \
    && for library in $(readelf -d /out/leadscore | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do dpkg -S "*/$library" | cut -d: -f1; done \
       | sort -u >/out/packages

FROM debian:${DEBIAN}
COPY --from=build /out/packages /tmp/packages
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates $(cat /tmp/packages) \
    && rm -rf /var/lib/apt/lists/* /tmp/packages
COPY --from=build /out/leadscore /usr/local/bin/leadscore
USER 10001:10001
ENV LEADSCORE_LISTEN=0.0.0.0:8080 LEADSCORE_METRICS_LISTEN=0.0.0.0:9464
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["leadscore", "healthcheck", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["leadscore"]
CMD ["serve"]
