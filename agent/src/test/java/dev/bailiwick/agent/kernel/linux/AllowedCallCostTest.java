package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A call that {@code hosting} allows costs as much as under a filter that allows everything: the kernel answers both from its bitmap. The
 * same program runs alternately in an ordinary jail and outside under a filter of one instruction. The test compares the fastest of many
 * short rounds, which other work on the machine disturbs least.
 */
@NeedsRoot
@Tag("performance")
class AllowedCallCostTest {

    private static final int TURNS = 15;

    /** Enough if other work on the machine disturbed all of the first turns. */
    private static final int MAX_TURNS = 90;

    /** {@code ./bench calls} permits only three per cent more, on an idle machine; a filter that runs costs a quarter more. */
    private static final double MAX_RATIO = 1.2;

    private TestHost host;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    private record Turn(double getpid, double read) {

        static Turn of(String output) {
            return new Turn(fastest(output, "getpid "), fastest(output, "read "));
        }

        private static double fastest(String output, String call) {
            return output.lines()
                    .filter(line -> line.startsWith(call))
                    .mapToDouble(line -> Double.parseDouble(line.split(" ", -1)[2]))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(output));
        }
    }

    @Test
    void costsWhatItCostsUnderAFilterThatOnlyAllows() throws Exception {
        JailDefinition plain = host.definition("measured", "/calls", "cost", "none");
        Path root = Path.of(plain.path().value());
        Files.createDirectories(root);
        Path program = root.resolve("calls");
        TestProgram.compile("calls", program);
        List<Turn> inside = new ArrayList<>();
        List<Turn> allowing = new ArrayList<>();
        do {
            inside.add(inside(plain, program, inside.size()));
            allowing.add(outside(program, "allow"));
        } while (inside.size() < TURNS
                || inside.size() < MAX_TURNS
                        && Math.max(getpid(inside, allowing), read(inside, allowing)) >= MAX_RATIO);
        System.out.printf(
                Locale.ROOT,
                "allowed calls, fastest of %d turns: getpid %.1f ns under hosting, ratio to allow only %.3f; read %.1f ns, ratio %.3f%n",
                inside.size(),
                best(inside, Turn::getpid),
                getpid(inside, allowing),
                best(inside, Turn::read),
                read(inside, allowing));
        assertThat(getpid(inside, allowing)).isLessThan(MAX_RATIO);
        assertThat(read(inside, allowing)).isLessThan(MAX_RATIO);
    }

    private static double getpid(List<Turn> inside, List<Turn> allowing) {
        return best(inside, Turn::getpid) / best(allowing, Turn::getpid);
    }

    private static double read(List<Turn> inside, List<Turn> allowing) {
        return best(inside, Turn::read) / best(allowing, Turn::read);
    }

    private static double best(List<Turn> turns, ToDoubleFunction<Turn> figure) {
        return turns.stream().mapToDouble(figure).min().orElseThrow();
    }

    /** Uses a separate root for each jail: files of another jail stay with that jail. */
    private Turn inside(JailDefinition plain, Path program, int turn) throws IOException, InterruptedException {
        RootPath path = new RootPath(plain.path().value() + "-" + turn);
        Files.createDirectories(Path.of(path.value()));
        Files.copy(program, Path.of(path.value(), "calls"), StandardCopyOption.COPY_ATTRIBUTES);
        JailDefinition jail = DefinitionVariant.of(plain)
                .path(path)
                .base(new Base.Directory())
                .definition();
        JailId id = host.newId();
        host.start(id, jail);
        host.awaitEnd();
        host.kernel.release(id);
        return Turn.of(host.logOf(id));
    }

    private static Turn outside(Path program, String filter) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(program.toString(), "cost", filter)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return Turn.of(output);
    }
}
