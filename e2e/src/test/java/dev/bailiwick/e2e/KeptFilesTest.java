package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Files that a removed jail left belong to its customer until they are deleted. */
@OnFleet
class KeptFilesTest {

    @Test
    void belongToTheirCustomerUntilTheyAreDeleted(Fleet fleet) throws Exception {
        Jail left = fleet.create(fleet.definition("left", 64));
        Path note = Path.of(left.path(), "root/note");
        Files.writeString(note, "of the customer's");
        assertThat(fleet.operator()
                        .delete("jails/" + left.id() + "?files=keep&wait=1m")
                        .status())
                .isEqualTo(204);

        ObjectNode rival = fleet.definition("rival", 65);
        rival.put("customer", fleet.newCustomer("Rivals of kept files"));
        rival.put("path", left.path());
        Answer refused = fleet.operator().post("jails?wait=1m", rival.toString());
        assertThat(refused.status()).as(refused.body()).isEqualTo(409);
        assertThat(refused.problem().pointers()).containsExactly("/path");

        ObjectNode definition = fleet.definition("heir", 64);
        definition.put("path", left.path());
        Jail heir = fleet.create(definition);
        assertThat(heir.status().phase()).isEqualTo("running");
        assertThat(note).hasContent("of the customer's");
        assertThat(fleet.logOf(left)).as("the log of the jail before").doesNotExist();
        fleet.operator().delete("jails/" + heir.id() + "?files=keep&wait=1m");

        Answer listed = fleet.operator().get("kept-files?host=" + fleet.host());
        String id = new JsonMapper()
                .readTree(listed.body())
                .path("items")
                .path(0)
                .path("id")
                .asString();
        assertThat(fleet.operator().delete("kept-files/" + id).status()).isEqualTo(202);
        await("the files are gone")
                .atMost(Duration.ofSeconds(60))
                .until(() -> fleet.operator().get("kept-files/" + id).status() == 404);
        assertThat(Path.of(left.path())).doesNotExist();
        assertThat(fleet.logOf(heir)).doesNotExist();
        assertThat(fleet.operator().post("jails?wait=1m", rival.toString()).status())
                .isEqualTo(201);
    }

    @Test
    void moveOrGoWithAPathThatIsChanged(Fleet fleet) throws Exception {
        Jail jail = fleet.create(fleet.definition("moving", 64));
        Files.writeString(Path.of(jail.path(), "root/note"), "note");
        String second = jail.path() + "-2";
        String third = jail.path() + "-3";

        Answer moved = fleet.operator().patch("jails/" + jail.id() + "?wait=1m", "{\"path\": \"" + second + "\"}");
        assertThat(moved.status()).as(moved.body()).isEqualTo(200);
        assertThat(Path.of(jail.path())).doesNotExist();
        assertThat(Path.of(second, "root/note")).hasContent("note");

        assertThat(fleet.operator()
                        .patch("jails/" + jail.id() + "?previousFiles=burn", "{\"path\": \"" + third + "\"}")
                        .problem()
                        .pointers())
                .containsExactly("/previousFiles");
        Answer deleted = fleet.operator()
                .patch("jails/" + jail.id() + "?previousFiles=delete&wait=1m", "{\"path\": \"" + third + "\"}");
        assertThat(deleted.status()).as(deleted.body()).isEqualTo(200);
        assertThat(Path.of(second)).doesNotExist();
        assertThat(Path.of(third, "root/note")).doesNotExist();
        assertThat(fleet.operator().jail(jail.id()).orElseThrow().status().phase())
                .isEqualTo("running");
    }
}
