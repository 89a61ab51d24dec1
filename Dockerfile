# leat-gateway in a container:
#
#     docker build -t leat-gateway .
#     docker run --rm -p 8080:8080 leat-gateway
#     docker run --rm -p 8080:8080 -v ./my.toml:/etc/leat-gateway/leat-gateway.toml:ro leat-gateway
#
# tools/check_container.py holds this file to what it says: paths are there, the packages of the
# second stage are those that the programs are linked with, nobody is root.

FROM debian:12-slim AS build
WORKDIR /src
# Alone, so that a change of the source does not install everything again.
COPY tools/bootstrap tools/packages.txt tools/
RUN apt-get update && tools/bootstrap run && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset release -DLEAT_BUILD_TESTS=OFF -DLEAT_BUILD_EXAMPLES=OFF \
      -DLEAT_BUILD_BENCHMARKS=OFF -DLEAT_BUILD_FUZZERS=OFF \
 && cmake --build --preset release --target leat-gateway leat \
 && strip build/release/bin/leat-gateway build/release/bin/leat

FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
      libboost-container1.81.0 libboost-json1.81.0 libbrotli1 libfmt9 libidn2-0 libnghttp2-14 \
      libprometheus-cpp-core1.0 libpsl5 libspdlog1.10 libssl3 libtomlplusplus3 libunistring2 \
      libzstd1 zlib1g \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/release/bin/leat-gateway /src/build/release/bin/leat /usr/local/bin/
COPY apps/gateway/leat-gateway.toml apps/gateway/ledger.csv /etc/leat-gateway/

# A number, so that Kubernetes can see that it is not root. It needs to write nothing.
USER 65532:65532
ENV HOME=/nonexistent \
    LEAT_GATEWAY_CONFIG_SERVER__HOST=0.0.0.0
EXPOSE 8080

# What is running ends by itself within server.drain and 15 s of cleanup at most.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["leat", "http", "--fail", "--no-environment", "--timeout", "2s", "http://127.0.0.1:8080/health/live"]

# Without a shell: the gateway is the first process, and gets the signals.
ENTRYPOINT ["/usr/local/bin/leat-gateway"]
CMD ["--config", "/etc/leat-gateway/leat-gateway.toml"]
