# The server. Build from the root of the tree: docker build -f deploy/server.Dockerfile -t bailiwick-server .
FROM eclipse-temurin:25-jdk AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B -Dmaven.test.skip=true -pl server -am package \
    && java -Djarmode=tools -jar server/target/bailiwick-server-*-app.jar extract --layers --destination /server \
    && mv /server/application/bailiwick-server-*.jar /server/application/bailiwick-server.jar

FROM eclipse-temurin:25-jre
RUN useradd --system --uid 10001 --home-dir /var/lib/bailiwick bailiwick \
    && install -d -o bailiwick -m 0700 /var/lib/bailiwick
# Libraries have their own layer, so a change of our code replaces only the last two layers.
COPY --from=build /server/dependencies /opt/bailiwick/server
COPY --from=build /server/snapshot-dependencies /opt/bailiwick/server
COPY --from=build /server/application /opt/bailiwick/server
USER bailiwick
VOLUME /var/lib/bailiwick
# 8443: pages and REST; 8444: agents; 2222: SSH to jails
EXPOSE 8443 8444 2222
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED", "-jar", "/opt/bailiwick/server/bailiwick-server.jar"]
