package dev.bailiwick.server.plan;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** All limits, and settings of the kernel: what a plan gives its jails, and the most that it lets them have. */
class LimitsOfPlansTest extends WithPlan {

    private static final String ALL =
            "\"limits\": {\"memory\": \"512MiB\", \"memoryHigh\": \"400MiB\", \"swap\": \"256MiB\", \"cpuWeight\": 200,"
                    + " \"cpus\": \"0-1\", \"ioWeight\": 50, \"ioBytes\": \"50MiB\", \"ioOperations\": 1000, \"files\": 4096,"
                    + " \"shm\": \"128MiB\", \"tmp\": \"64MiB\", \"run\": \"16MiB\"},"
                    + " \"sysctls\": {\"net.core.somaxconn\": \"1024\", \"kernel.sem\": \"250 32000 32 128\"}";

    @Test
    void areTheDefaultsOfItsJails() {
        JsonNode said = version(ALL);
        JsonNode jail = api.json(create("web", ""));

        assertThat(jail.get("limits")).isEqualTo(said.get("limits"));
        assertThat(jail.get("limits").toString())
                .isEqualTo("{\"memory\":536870912,\"shm\":134217728,\"tmp\":67108864,\"run\":16777216,"
                        + "\"memoryHigh\":419430400,\"swap\":268435456,\"cpuWeight\":200,\"cpus\":\"0-1\",\"ioWeight\":50,"
                        + "\"ioBytes\":52428800,\"ioOperations\":1000,\"files\":4096}");
        assertThat(jail.get("sysctls")).isEqualTo(said.get("sysctls"));
        assertThat(version(ALL).get("version").asInt()).as("the same terms").isEqualTo(2);
    }

    @Test
    void areTheMostThatItsJailsHave() {
        version(ALL);

        JsonNode refused = api.json(create(
                "web",
                "\"limits\": {\"memoryHigh\": \"500MiB\", \"swap\": \"1GiB\", \"cpuWeight\": 201, \"cpus\": \"1-3\","
                        + " \"ioWeight\": 51, \"ioBytes\": \"51MiB\", \"ioOperations\": 1001, \"files\": 4097,"
                        + " \"shm\": \"129MiB\", \"tmp\": \"65MiB\", \"run\": \"17MiB\"},"
                        + " \"sysctls\": {\"net.core.somaxconn\": \"1025\", \"kernel.sem\": \"1 1 33 1\"}"));
        assertThat(refused.get("errors").valueStream().map(LimitsOfPlansTest::sentence))
                .containsExactly(
                        "/limits/shm asks for 129MiB, but its plan has at most 128MiB",
                        "/limits/tmp asks for 65MiB, but its plan has at most 64MiB",
                        "/limits/run asks for 17MiB, but its plan has at most 16MiB",
                        "/limits/memoryHigh asks for 500MiB, but its plan has at most 400MiB",
                        "/limits/swap asks for 1GiB, but its plan has at most 256MiB",
                        "/limits/cpuWeight asks for 201, but its plan has at most 200",
                        "/limits/ioWeight asks for 51, but its plan has at most 50",
                        "/limits/ioBytes asks for 51MiB, but its plan has at most 50MiB",
                        "/limits/ioOperations asks for 1001, but its plan has at most 1000",
                        "/limits/files asks for 4097, but its plan has at most 4096",
                        "/limits/cpus asks for the CPUs 1-3, but its plan has the CPUs 0-1",
                        "/sysctls/kernel.sem asks for 1 1 33 1, but its plan has at most 250 32000 32 128",
                        "/sysctls/net.core.somaxconn asks for 1025, but its plan has at most 1024");
        assertThat(
                        create(
                                "small",
                                "\"limits\": {\"shm\": \"1MiB\", \"cpus\": \"1\", \"swap\": 0},"
                                        + " \"sysctls\": {\"net.core.somaxconn\": \"1\", \"net.ipv4.tcp_fin_timeout\": \"10\"}"))
                .hasStatus(201);
    }

    /** What a jail has without a limit counts: the usual size, or any amount. */
    @Test
    void countWhatAJailHasWithoutALimit() {
        version(ALL);
        String jail = "/api/v1/jails/" + api.json(create("web", "")).get("id").asString();

        assertThat(patch(jail, "{\"limits\": {\"shm\": null, \"ioWeight\": 50}}"))
                .as("usually 64 MiB, and 64 are fewer than 128")
                .hasStatus(202);
        assertThat(patch(jail, "{\"limits\": {\"swap\": null}}"))
                .as("usually none")
                .hasStatus(202);
        JsonNode refused = api.json(
                patch(
                        jail,
                        "{\"limits\": {\"tmp\": null, \"memoryHigh\": null, \"ioWeight\": null, \"files\": null, \"cpus\": null}}"));
        assertThat(refused.get("errors").valueStream().map(LimitsOfPlansTest::sentence))
                .containsExactly(
                        "/limits/tmp is required: its plan has at most 64MiB",
                        "/limits/memoryHigh is required: its plan has at most 400MiB",
                        "/limits/ioWeight is required: its plan has at most 50",
                        "/limits/files is required: its plan has at most 4096",
                        "/limits/cpus is required: its plan has the CPUs 0-1");
        assertThat(pointers(api.json(patch(jail, "{\"sysctls\": {\"net.core.somaxconn\": null}}"))))
                .containsExactly("/sysctls/net.core.somaxconn");
    }

    @Test
    void changeWhileAJailRunsUnlessTheKernelCannot() {
        String jail = "/api/v1/jails/" + api.json(create("web", "")).get("id").asString();
        version("\"limits\": {\"shm\": \"128MiB\", \"cpus\": \"0\"}");
        assertThat(shown(jail).at("/restart/required").asBoolean(true)).isFalse();

        version("\"limits\": {\"shm\": \"128MiB\", \"files\": 4096}, \"sysctls\": {\"kernel.shmmni\": \"100\"}");
        assertThat(shown(jail).at("/restart/because").toString()).isEqualTo("[\"limits\",\"sysctls\"]");
        assertThat(page(jail))
                .contains("<td>128 MiB</td><td>While it runs</td>", "<td>4096</td><td>With a restart</td>")
                .contains(">kernel.shmmni</th><td>Default</td><td>100</td><td>With a restart</td>")
                .contains("Kernel setting kernel.shmmni at most 100", "At most 4,096 open files of one process");
    }

    @Test
    void boundTheLogsOfItsJailsWhileTheyRun() {
        assertThat(version("\"limits\": {\"log\": \"64MiB\"}").get("limits").toString())
                .isEqualTo("{\"log\":67108864}");
        JsonNode jail = api.json(create("web", ""));
        assertThat(jail.get("limits").toString()).isEqualTo("{\"log\":67108864}");
        JsonNode refused = api.json(create("more", "\"limits\": {\"log\": \"65MiB\"}"));
        assertThat(refused.get("errors").valueStream().map(LimitsOfPlansTest::sentence))
                .containsExactly("/limits/log asks for 65MiB, but its plan has at most 64MiB");
        String path = "/api/v1/jails/" + jail.get("id").asString();
        assertThat(patch(path, "{\"limits\": {\"log\": null}}"))
                .as("usually 32 MiB")
                .hasStatus(202);

        version("\"limits\": {\"log\": \"8MiB\"}");
        assertThat(shown(path).at("/restart/required").asBoolean(true)).isFalse();
        assertThat(page(path)).contains("<td>8 MiB</td><td>While it runs</td>", "At most 8 MiB of log");
        assertThat(pointers(api.json(
                        post(BILLING, "/api/v1/plans/" + plan + "/versions", "{\"limits\": {\"log\": \"1023KiB\"}}"))))
                .containsExactly("/limits/log");
    }

    private JsonNode shown(String jail) {
        return api.json(post(OPERATOR, jail + "/plan?dryRun=true", "{\"plan\": \"" + plan + "\"}"));
    }

    private String page(String jail) {
        MvcTestResult shown =
                api.call(OPERATOR, HttpMethod.POST, jail.substring("/api/v1".length()) + "/plan?plan=" + plan, "");
        assertThat(shown).hasStatusOk();
        return new String(shown.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }

    private MvcTestResult patch(String jail, String body) {
        return api.call(OPERATOR, HttpMethod.PATCH, jail, body);
    }

    private static String sentence(JsonNode error) {
        return error.get("pointer").asString() + " " + error.get("message").asString();
    }
}
