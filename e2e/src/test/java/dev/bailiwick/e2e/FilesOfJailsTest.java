package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.file.FileName;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Files of a running jail with names that few programs expect, from the API to the kernel and back. */
@OnFleet
@Timeout(300)
class FilesOfJailsTest {

    /** As the API writes them. */
    private static final List<String> ODD = List.of(
            "n".repeat(255),
            "é".repeat(127),
            "\\xff\\xfe",
            "\\xff".repeat(255),
            "line\\x0abreak",
            "\\x09tab",
            "<script>alert(1)<script>",
            "-rf",
            "--",
            " spaces ",
            "a&b=c+d%2f?#;",
            "back\\\\slash",
            "\\xe2\\x80\\xaereversed",
            "...");

    /** Each part of the deepest path; with its slash 255 bytes. */
    private static final String LEVEL = "d".repeat(254);

    private Fleet fleet;
    private String files = "";

    @BeforeEach
    void startAJail(Fleet shared) {
        fleet = shared;
        ObjectNode definition = fleet.definition("odd", 97);
        definition.putArray("command").add("/bin/sleep").add("infinity");
        files = "jails/" + fleet.create(definition).id() + "/files";
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Answer get(String what, String path) {
        return fleet.operator().get(files + what + "?path=" + encode(path));
    }

    private Answer post(String action, String path, String field, String value) {
        ObjectNode body = Answer.JSON.createObjectNode().put("path", path);
        if (!field.isEmpty()) {
            body.put(field, value);
        }
        return fleet.operator().post(files + ":" + action, body.toString());
    }

    private List<String> names(String directory) {
        List<String> names = new ArrayList<>();
        for (JsonNode entry : get("", directory).json().get("entries")) {
            names.add(entry.get("name").asString());
        }
        return names;
    }

    private String content(String path) {
        return fleet.operator()
                .content(files + "/content?path=" + encode(path))
                .requireSuccess()
                .body();
    }

    private void write(String path, String content) {
        fleet.operator()
                .put(files + "/content?path=" + encode(path), content.getBytes(StandardCharsets.UTF_8))
                .requireSuccess();
    }

    @Test
    void withOddNamesAreListedReadRenamedAndRemovedExactly() {
        post("mkdir", "/odd", "", "").requireSuccess();
        for (String name : ODD) {
            write("/odd/" + name, "of " + name);
        }
        assertThat(names("/odd")).containsExactlyInAnyOrderElementsOf(ODD);
        for (String name : ODD) {
            assertThat(content("/odd/" + name)).isEqualTo("of " + name);
            String other = name.replaceFirst("(\\\\x..|[^\\\\])$", "~");
            assertThat(post("rename", "/odd/" + name, "to", "/odd/" + other).text("name"))
                    .isEqualTo(other);
            assertThat(content("/odd/" + other)).isEqualTo("of " + name);
            post("remove", "/odd/" + other, "", "").requireSuccess();
        }
        assertThat(names("/odd")).isEmpty();
    }

    @Test
    void asDeepAsAPathReachesAreWrittenFoundAndRemoved() {
        StringBuilder path = new StringBuilder();
        for (int level = 0; level < 16; level++) {
            path.append('/').append(LEVEL);
            post("mkdir", path.toString(), "", "").requireSuccess();
        }
        String last = "f".repeat(4_095 - path.length() - 1);
        String deepest = path + "/" + last;
        write(deepest, "deep");
        assertThat(content(deepest)).isEqualTo("deep");
        assertThat(names(path.toString())).containsExactly(last);
        JsonNode found = fleet.operator()
                .get(files + ":search?path=" + encode("/" + LEVEL) + "&text=" + last)
                .json();
        assertThat(found.at("/matches/0/path").asString()).isEqualTo(deepest);
        assertThat(get("/entry", deepest + "f").problem().pointers()).containsExactly("/path");
        assertThat(post("remove", "/" + LEVEL, "", "").json().get("files").asInt())
                .isEqualTo(17);
        assertThat(get("/entry", "/" + LEVEL).status()).isEqualTo(404);
    }

    @Test
    void areArchivedAsOtherProgramsReadThem() throws Exception {
        post("mkdir", "/odd", "", "").requireSuccess();
        for (String name : ODD) {
            write("/odd/" + name, "of " + name);
        }
        write("/odd/big", "x".repeat(300_000));
        post("link", "/odd/\\xfflink", "target", "../etc/\\xff").requireSuccess();
        fleet.operator()
                .post(files + ":mode", "{\"path\":\"/odd/big\",\"mode\":\"4755\"}")
                .requireSuccess();
        Path archive = Files.createTempFile("bailiwick", ".tar");
        try {
            fleet.operator().save(files + "/archive?path=/odd", archive);
            List<String> names = tar(archive, "--list", "--quoting-style=literal", "--null")
                    .lines()
                    .toList();
            String all = String.join("\n", names);
            for (String name : ODD) {
                assertThat(all).contains("odd/" + new String(FileName.bytes(name), StandardCharsets.ISO_8859_1));
            }
            assertThat(tar(archive, "--extract", "--to-stdout", "odd/-rf")).isEqualTo("of -rf");
            assertThat(tar(archive, "--extract", "--to-stdout", "odd/big")).hasSize(300_000);
            assertThat(tar(archive, "--list", "--verbose", "--numeric-owner"))
                    .containsPattern("-rwsr-xr-x 0/0 +300000 .* odd/big\n")
                    .contains("odd/\\377link -> ../etc/\\377");
        } finally {
            Files.delete(archive);
        }
    }

    @Test
    void areUnpackedFromWhatGnuTarWrites() throws Exception {
        Path source = Files.createTempDirectory("bailiwick-tar");
        Path archive = source.resolve("made.tar");
        String script = """
                set -eu; cd "$1"; mkdir -p in/deep; printf one >in/file; ln in/file in/same; ln -s ../file in/deep/link
                printf odd >"in/$(printf '\\377\\n x')"; head -c 300000 /dev/zero >in/big; chmod 4751 in/big; chmod 2770 in/deep
                tar --format="$2" --sort=name --owner=33 --group=65535 -cf made.tar -C in .
                rm -r in""";
        try {
            for (String format : List.of("gnu", "pax")) {
                run("sh", "-c", script, "sh", source.toString(), format);
                post("mkdir", "/" + format, "", "").requireSuccess();
                byte[] made = Files.readAllBytes(archive);
                assertThat(fleet.operator()
                                .put(files + "/archive?path=/" + format, made)
                                .json()
                                .get("entries")
                                .asInt())
                        .isEqualTo(7);
                fleet.operator().save(files + "/archive?path=/" + format, archive);
                assertThat(tar(archive, "--list", "--verbose", "--numeric-owner")
                                .replaceAll(" +[0-9]+ [0-9-]+ [0-9:]+ ", " "))
                        .contains("drwxrws--- 33/65535 " + format + "/deep/\n")
                        .contains("lrwxrwxrwx 33/65535 " + format + "/deep/link -> ../file\n")
                        .contains("-rwsr-x--x 33/65535 " + format + "/big\n")
                        .contains(format + "/\\377\\n x\n");
                assertThat(content("/" + format + "/same")).isEqualTo("one");
            }
        } finally {
            Files.deleteIfExists(archive);
            Files.delete(source);
        }
    }

    @Test
    void areUnpackedWithinTheJailAlsoThroughItsOwnLinks() throws Exception {
        post("mkdir", "/in", "", "").requireSuccess();
        post("link", "/in/up", "target", "../../../../../../tmp-of-host").requireSuccess();
        post("mkdir", "/tmp-of-host", "", "").requireSuccess();
        Path source = Files.createTempDirectory("bailiwick-tar");
        Path archive = source.resolve("made.tar");
        try {
            run(
                    "sh",
                    "-c",
                    "set -eu; cd \"$1\"; mkdir up; printf x >up/file; tar -cf made.tar up/file; rm -r up",
                    "sh",
                    source.toString());
            fleet.operator()
                    .put(files + "/archive?path=/in", Files.readAllBytes(archive))
                    .requireSuccess();
            assertThat(content("/tmp-of-host/file")).isEqualTo("x");
            assertThat(Path.of("/tmp-of-host")).doesNotExist();
        } finally {
            Files.deleteIfExists(archive);
            Files.delete(source);
        }
    }

    @Test
    void areUnpackedInThePlaceOfLinksAsGnuTarDoes() throws Exception {
        post("mkdir", "/in", "", "").requireSuccess();
        write("/in/kept", "kept");
        post("link", "/in/tool", "target", "kept").requireSuccess();
        Path source = Files.createTempDirectory("bailiwick-tar");
        Path archive = source.resolve("made.tar");
        try {
            run(
                    "sh",
                    "-c",
                    "set -eu; cd \"$1\"; printf new >tool; chmod 4755 tool; tar --owner=33 --group=34 -cf made.tar tool; rm tool",
                    "sh",
                    source.toString());
            fleet.operator()
                    .put(files + "/archive?path=/in", Files.readAllBytes(archive))
                    .requireSuccess();
        } finally {
            Files.deleteIfExists(archive);
            Files.delete(source);
        }
        assertThat(content("/in/kept")).isEqualTo("kept");
        assertThat(content("/in/tool")).isEqualTo("new");
        JsonNode tool = get("/entry", "/in/tool").json();
        assertThat(tool.get("kind").asString()).isEqualTo("file");
        assertThat(tool.get("mode").asString()).isEqualTo("4755");
        assertThat(tool.get("owner").asInt()).isEqualTo(33);
        assertThat(names("/in")).containsExactlyInAnyOrder("kept", "tool");
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** Returns what GNU tar writes about an archive, one character for each byte. */
    private static String tar(Path archive, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("tar", "--file", archive.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String written = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor()).isZero();
        return written;
    }

    @Test
    void saySomethingMoreThanTheTitleOfTheProblem() {
        Answer.Problem missing = get("/entry", "/nothing").problem();
        assertThat(missing.detail())
                .isEqualTo("There is no such file: nothing is at the path, or a link there leads nowhere.");
        post("mkdir", "/twice", "", "").requireSuccess();
        assertThat(post("mkdir", "/twice", "", "").problem().detail())
                .isEqualTo("There is such a file already: something is at the path.");
    }
}
