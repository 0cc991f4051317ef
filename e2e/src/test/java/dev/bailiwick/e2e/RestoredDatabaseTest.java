package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The database is restored from before some changes, and changes again before the host connects. */
@OnFleet
class RestoredDatabaseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path RECORDS = Path.of(".bailiwick");

    @Test
    void hostFollowsWhatIsNewAndGivesUpNothingThatWasLost(Fleet fleet) throws Exception {
        Api operator = fleet.operator();
        Jail both = fleet.create(fleet.definition("both", 60));
        Jail stopped = fleet.create(fleet.definition("stopped", 61));
        Jail gone = fleet.create(fleet.definition("gone", 62));
        Jail stopsLater = fleet.create(fleet.definition("stops-later", 63));
        Jail goesLater = fleet.create(fleet.definition("goes-later", 64));
        Path copy = fleet.copyDatabase();
        fleet.awaitConnected();

        // The restore loses these changes.
        Jail forgotten = fleet.create(fleet.definition("forgotten", 65));
        Jail dropped = fleet.create(fleet.definition("dropped", 66));
        operator.patch("jails/" + both.id(), "{\"environment\":{\"WHO\":\"lost\"}}")
                .requireSuccess();
        operator.post("jails/" + stopped.id() + "/stop").requireSuccess();
        operator.delete("jails/" + gone.id() + "?files=keep").requireSuccess();
        await().atMost(PATIENCE)
                .until(() -> operator.jail(gone.id()).isEmpty()
                        && operator.jails().stream().allMatch(Jail::isSettled));
        WebJail.awaitPage(forgotten);
        int forgottenInit = operator.jail(forgotten.id()).orElseThrow().initPid();
        fleet.agent().stop();

        fleet.restoreDatabase(copy);
        // More changes than were lost, so that the revisions alone show no loss.
        operator.post("jails/" + stopsLater.id() + "/stop").requireSuccess();
        operator.delete("jails/" + goesLater.id() + "?files=delete").requireSuccess();
        for (int i = 0; i < 6; i++) {
            operator.patch("jails/" + both.id(), "{\"environment\":{\"WHO\":\"later" + i + "\"}}")
                    .requireSuccess();
        }
        Jail fresh =
                operator.post("jails", fleet.definition("fresh", 67).toString()).jail();
        fleet.agent().start();
        fleet.awaitConnected();

        await("the new changes are done")
                .atMost(PATIENCE)
                .until(() -> operator.jail(goesLater.id()).isEmpty()
                        && isSettled(operator, fresh)
                        && isSettled(operator, stopsLater));
        await("the lost changes are listed")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(differences(fleet))
                        .isEqualTo(new TreeMap<>(Map.of(
                                both.id(), "changed",
                                stopped.id(), "changed",
                                gone.id(), "removed",
                                forgotten.id(), "unknown",
                                dropped.id(), "unknown"))));
        JsonNode host = operator.get("hosts/" + fleet.host()).json();
        assertThat(host.get("diverged").asBoolean()).isTrue();
        assertThat(host.get("undecided").asInt()).isEqualTo(5);
        assertThat(WebJail.page(forgotten)).as("serves as before").startsWith("forgotten");
        await("the server shows only the truth").atMost(PATIENCE).untilAsserted(() -> {
            assertThat(reasons(operator, both)).containsExactly("ChangedOnHost");
            assertThat(reasons(operator, gone)).containsExactly("RemovedOnHost");
            assertThat(operator.jail(stopped.id()).orElseThrow().status().phase())
                    .isEqualTo("stopped");
        });
        Answer address = operator.post("jails", fleet.definition("late", 65).toString());
        assertThat(address.problem().status())
                .as("a forgotten jail keeps its address")
                .isEqualTo(409);
        assertThat(operator.post("jails/" + both.id() + "/stop").problem().type())
                .endsWith("jail-differs-on-host");

        fleet.agent().kill();
        fleet.agent().start();
        fleet.awaitConnected();
        assertThat(differences(fleet)).as("after the agent's restart").hasSize(5);

        decide(fleet, forgotten.id(), "adopt");
        decide(fleet, dropped.id(), "remove");
        decide(fleet, both.id(), "adopt");
        decide(fleet, stopped.id(), "restore");
        decide(fleet, gone.id(), "remove");
        awaitAgreement(fleet);
        assertThat(operator.jail(forgotten.id()).orElseThrow().initPid()).isEqualTo(forgottenInit);
        assertThat(operator.jail(dropped.id())).isEmpty();
        assertThat(operator.jail(gone.id())).isEmpty();
        assertThat(WebJail.awaitPage(both)).startsWith("lost");
        assertThat(WebJail.awaitPage(stopped)).startsWith("stopped");
        operator.delete("hosts/" + fleet.host() + "/divergence").requireSuccess();
        fleet.create(fleet.definition("late", 66));
        deleteKeptFiles(fleet);
    }

    /** An ordinary run tries only a sample. */
    @Test
    void everyAcknowledgedChangeIsThereOrListed(Fleet fleet) throws Exception {
        boolean full = Boolean.getBoolean("bailiwick.long");
        long seed = Long.getLong("bailiwick.seed", 1);
        System.out.println("Restores to replay: -Dbailiwick.seed=" + seed);
        Random random = new Random(seed);
        int rounds = full ? 10 : 1;
        for (int round = 0; round < rounds; round++) {
            restore(fleet, random, round);
            deleteKeptFiles(fleet);
        }
    }

    /** Deletes the files that removed jails left, but not the agent's record of files. */
    private static void deleteKeptFiles(Fleet fleet) throws IOException {
        List<String> paths = fleet.operator().jails().stream().map(Jail::path).toList();
        try (Stream<Path> all = Files.list(fleet.rootBase())) {
            for (Path kept : all.filter(path -> !paths.contains(path.toString()) && !path.endsWith(RECORDS))
                    .toList()) {
                Installation.delete(kept);
            }
        }
    }

    private void restore(Fleet fleet, Random random, int round) throws Exception {
        Api operator = fleet.operator();
        Changes before = new Changes(fleet, random, "r" + round + "b", 200 + 100 * round);
        before.make(6);
        await().atMost(PATIENCE).until(() -> operator.jails().stream().allMatch(Jail::isSettled));
        Path copy = fleet.copyDatabase();
        fleet.awaitConnected();

        Changes lost = new Changes(fleet, random, "r" + round + "l", 230 + 100 * round);
        lost.make(8);
        await().atMost(PATIENCE).until(() -> operator.jails().stream().allMatch(Jail::isSettled));
        Map<UUID, Jail> hosts = byId(operator);
        fleet.agent().stop();

        fleet.restoreDatabase(copy);
        Map<UUID, Jail> restored = byId(operator);
        Changes since = new Changes(fleet, random, "r" + round + "s", 260 + 100 * round);
        since.make(random.nextInt(12));
        Map<UUID, Jail> wanted = byId(operator);
        fleet.agent().start();
        fleet.awaitConnected();
        await("every change is in effect or listed").atMost(PATIENCE).untilAsserted(() -> {
            Map<UUID, String> listed = differences(fleet);
            Map<UUID, Jail> now = byId(operator);
            assertThat(listed)
                    .as(
                            "the lost changes, and nothing else: the host had %s, the copy %s, and defined is %s",
                            hosts, restored, wanted)
                    .isEqualTo(expected(hosts, restored, wanted));
            wanted.forEach((id, jail) -> {
                if (!listed.containsKey(id) && !jail.isRetired()) {
                    assertThat(now.get(id)).matches(Jail::isSettled, "is as defined");
                }
            });
        });

        for (Map.Entry<UUID, String> difference : differences(fleet).entrySet()) {
            List<String> choices = switch (difference.getValue()) {
                case "unknown" -> List.of("adopt", "remove");
                case "changed" -> List.of("adopt", "restore");
                default -> List.of("remove", "restore");
            };
            decide(fleet, difference.getKey(), choices.get(random.nextInt(2)));
        }
        awaitAgreement(fleet);
        operator.delete("hosts/" + fleet.host() + "/divergence").requireSuccess();
        var running = new TreeSet<String>();
        for (Jail jail : operator.jails()) {
            if (jail.wanted().equals("running")) {
                running.add(HostLeftovers.cgroupOf(jail.initPid()));
            }
        }
        await("the kernel has the defined jails, and nothing else")
                .atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(HostLeftovers.of(fleet.partition()).cgroups())
                                .isEqualTo(running));
    }

    /** Returns the differences that must be listed, from the host's jails, those of the restored copy, and the current definitions. */
    private static Map<UUID, String> expected(Map<UUID, Jail> hosts, Map<UUID, Jail> restored, Map<UUID, Jail> wanted) {
        Map<UUID, String> differences = new TreeMap<>();
        hosts.forEach((id, jail) -> {
            Jail wants = wanted.get(id);
            if (!restored.containsKey(id)) {
                differences.put(id, "unknown");
            } else if (wants != null
                    && !wants.isRetired()
                    && jail.generation() != restored.get(id).generation()
                    && !isSame(jail, wants)) {
                differences.put(id, "changed");
            }
        });
        wanted.forEach((id, jail) -> {
            if (!jail.isRetired() && restored.containsKey(id) && !hosts.containsKey(id)) {
                differences.put(id, "removed");
            }
        });
        return differences;
    }

    /** Returns whether both are the same, so that nothing is lost. */
    private static boolean isSame(Jail one, Jail other) {
        return one.generation() == other.generation()
                && one.wanted().equals(other.wanted())
                && one.environment().equals(other.environment());
    }

    /** Changes jails at random, and remembers the acknowledged changes. */
    private static final class Changes {

        private final Fleet fleet;
        private final Random random;
        private final String prefix;
        private int number;

        Changes(Fleet fleet, Random random, String prefix, int number) {
            this.fleet = fleet;
            this.random = random;
            this.prefix = prefix;
            this.number = number;
        }

        void make(int changes) {
            for (int i = 0; i < changes; i++) {
                List<Jail> living = new ArrayList<>(fleet.operator().jails().stream()
                        .filter(jail -> !jail.isRetired())
                        .toList());
                if (living.size() < 3 || random.nextInt(3) == 0) {
                    String name = prefix + number;
                    fleet.operator()
                            .post("jails", fleet.definition(name, number++).toString())
                            .requireSuccess();
                } else {
                    change("jails/" + living.get(random.nextInt(living.size())).id());
                }
            }
        }

        private void change(String jail) {
            Api operator = fleet.operator();
            Answer answer = switch (random.nextInt(4)) {
                case 0 -> operator.post(jail + "/stop");
                case 1 -> operator.post(jail + "/start");
                case 2 -> operator.delete(jail + "?files=delete");
                default -> operator.patch(jail, "{\"environment\":{\"WHO\":\"" + random.nextInt(1000) + "\"}}");
            };
            answer.requireSuccess();
        }
    }

    private static boolean isSettled(Api operator, Jail jail) {
        return operator.jail(jail.id()).filter(Jail::isSettled).isPresent();
    }

    private static List<String> reasons(Api operator, Jail jail) {
        return operator.jail(jail.id()).orElseThrow().status().conditions().stream()
                .map(Jail.Condition::reason)
                .toList();
    }

    private static Map<UUID, Jail> byId(Api operator) {
        Map<UUID, Jail> jails = new LinkedHashMap<>();
        operator.jails().forEach(jail -> jails.put(jail.id(), jail));
        return jails;
    }

    /** Returns the kind of each listed difference, by jail. */
    private static Map<UUID, String> differences(Fleet fleet) {
        Map<UUID, String> kinds = new TreeMap<>();
        for (JsonNode one : fleet.operator()
                .get("hosts/" + fleet.host() + "/differences")
                .json()
                .get("items")) {
            kinds.put(
                    UUID.fromString(one.get("jail").asString()), one.get("kind").asString());
        }
        return kinds;
    }

    private static void decide(Fleet fleet, UUID jail, String choice) {
        fleet.operator()
                .put("hosts/" + fleet.host() + "/differences/" + jail, "{\"choice\":\"" + choice + "\"}")
                .requireSuccess();
    }

    private static void awaitAgreement(Fleet fleet) {
        await("host and server agree, and all jails are as defined")
                .atMost(PATIENCE)
                .until(() -> differences(fleet).isEmpty()
                        && fleet.operator().jails().stream().allMatch(Jail::isSettled));
    }
}
