# The server. Build from the root of the tree: docker build -f deploy/server.Dockerfile -t bailiwick-server .
FROM eclipse-temurin:25-jdk AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B -Dmaven.test.skip=true -pl server -am package \
    && java -Djarmode=tools -jar server/target/bailiwick-server-*-app.jar extract --destination /server \
    && mv /server/bailiwick-server-*.jar /server/bailiwick-server.jar

FROM eclipse-temurin:25-jre
RUN useradd --system --uid 10001 --home-dir /var/lib/bailiwick bailiwick \
    && install -d -o bailiwick -m 0700 /var/lib/bailiwick
COPY --from=build /server /opt/bailiwick/server
USER bailiwick
VOLUME /var/lib/bailiwick
# 8443 pages and REST, 8444 agents
EXPOSE 8443 8444
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED", "-jar", "/opt/bailiwick/server/bailiwick-server.jar"]
