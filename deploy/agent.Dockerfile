# The agent. Build from the root of the tree: docker build -f deploy/agent.Dockerfile -t bailiwick-agent .
# It runs privileged, in the host's pid, network and cgroup namespaces; see docker-compose.yml.
FROM eclipse-temurin:25-jdk AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B -Dmaven.test.skip=true -pl agent -am package \
    && cd agent/target/agent && rm -f agent.aot* && mkdir /own && mv lib/bailiwick-*.jar bailiwick-agent /own/

FROM eclipse-temurin:25-jre
# Keeps jails apart.
RUN apt-get update && apt-get install -y --no-install-recommends libnftables1 && rm -rf /var/lib/apt/lists/*
# Libraries have their own layer, so a change of our code replaces only the other layers.
COPY --from=build /src/agent/target/agent /opt/bailiwick/agent
COPY --from=build /own/*.jar /opt/bailiwick/agent/lib/
COPY --from=build /own/bailiwick-agent /opt/bailiwick/agent/
# For this stage's Java.
RUN /opt/bailiwick/agent/bailiwick-agent train
ENTRYPOINT ["/opt/bailiwick/agent/bailiwick-agent"]
CMD ["run"]
