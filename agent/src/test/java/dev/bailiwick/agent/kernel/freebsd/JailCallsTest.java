package dev.bailiwick.agent.kernel.freebsd;

import static dev.bailiwick.agent.kernel.freebsd.RecordingLibrary.number;
import static dev.bailiwick.agent.kernel.freebsd.RecordingLibrary.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls about jails across the C interface: their operands, their results, and how failures are reported. */
class JailCallsTest {

    private RecordingLibrary library;
    private JailCalls jails;

    @BeforeEach
    void compile(@TempDir Path directory) throws Exception {
        library = new RecordingLibrary(directory);
        jails = new JailCalls(library.libC());
    }

    @Test
    void listsJailsByTheirNumbersUntilThereIsNone() {
        create("one");
        create("two");

        assertThat(jails.all()).containsExactly(new JailCalls.ListedJail(1, "one"), new JailCalls.ListedJail(2, "two"));
        assertThat(library.calls("jail_get")).hasSize(3);
        assertThat(library.calls("jail_get").getFirst())
                .as("lastjid, room for a name, errmsg")
                .startsWith("jail_get 6 0 8:6c6173746a696400 4:00000000 5:6e616d6500 256:")
                .contains(" 7:6572726d736700 1024:");
    }

    @Test
    void findsAJailByItsNameAndTellsItsPath() {
        int number = create("one");

        assertThat(jails.numberOf("one")).contains(number);
        assertThat(jails.numberOf("two")).isEmpty();
        assertThat(jails.pathOf(number)).contains("/jails/one");
        assertThat(jails.pathOf(99)).isEmpty();
    }

    @Test
    void removesAJailOnceAndToleratesThatItIsGone() {
        int number = create("one");

        jails.remove(number);
        jails.remove(number);

        assertThat(jails.all()).isEmpty();
        assertThat(library.calls("jail_remove")).containsExactly("jail_remove 1", "jail_remove 1");
    }

    @Test
    void tellsTheKernelsOwnSentence() {
        create("one");

        assertThatThrownBy(() -> create("one"))
                .isInstanceOf(FreeBsdFailure.class)
                .hasMessage("jail_set one: EEXIST (jail \"one\" already exists)");
    }

    @Test
    void namesTheErrnoWhereTheKernelSaysNoMore() {
        library.failNext("jail_set", 1, "");

        assertThatThrownBy(() -> create("one"))
                .isInstanceOf(FreeBsdFailure.class)
                .hasMessage("jail_set one: EPERM");
    }

    @Test
    void readsErrnosByFreeBsdsNumbers() {
        library.failNext("jail_set", 63, "");
        assertThatThrownBy(() -> create("one")).hasMessage("jail_set one: ENAMETOOLONG");
        library.failNext("jail_set", 35, "no available jail IDs");
        assertThatThrownBy(() -> create("one"))
                .hasMessage("jail_set one: EAGAIN (no available jail IDs)")
                .isInstanceOfSatisfying(
                        FreeBsdFailure.class,
                        failure -> assertThat(Errno.mayPass(failure.errno())).isTrue());
        library.failNext("jail_remove", 1, "");
        int number = create("one");
        assertThatThrownBy(() -> jails.remove(number)).hasMessage("jail_remove jail 1: EPERM");
    }

    @Test
    void keepsAMessageThatFillsItsRoomWithinIt() {
        library.failNext("jail_set", 22, "x".repeat(255));

        assertThatThrownBy(() -> create("one")).hasMessageEndingWith("(" + "x".repeat(255) + ")");
    }

    @Test
    void findsTheFunctionsOfTheProcessWhereNoLibraryIsNamed() {
        LibC own = LibC.of(LibC.HOST);
        int before = own.umask(077);

        assertThat(own.umask(before)).isEqualTo(077);
    }

    @Test
    void refusesTheSameNameTwice() {
        try (IoVectors twice = new IoVectors().text("path", "/a")) {
            assertThatThrownBy(() -> twice.text("path", "/b")).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void laysTextsOutWithTheirNulAndNumbersAsInts() {
        create("héloïse");

        assertThat(library.pairs("jail_set"))
                .startsWith("name=" + text("héloïse"), "path=" + text("/jails/héloïse"), "persist=")
                .contains("securelevel=" + number(-1));
    }

    private int create(String name) {
        try (IoVectors parameters = new IoVectors()
                .text("name", name)
                .text("path", "/jails/" + name)
                .flag("persist")
                .number("securelevel", -1)) {
            return jails.create(name, parameters);
        }
    }
}
