package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Runs programs that try what places of a {@link GuardedNetwork} can reach, and reads what they print. */
final class TrialRun {

    private TrialRun() {}

    /** Runs the scenario of a program in its own network and mount namespaces, after this script. */
    static List<String> said(Class<?> program, String scenario, String script) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--net",
                "--mount",
                "/bin/sh",
                "-ec",
                script + "\nexec \"$@\"",
                "sh",
                System.getProperty("java.home") + "/bin/java",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                scenario));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        List<String> lines = output.lines()
                .filter(line -> line.startsWith("> "))
                .map(line -> line.substring(2))
                .toList();
        assertThat(lines).as(output).contains("end");
        return lines;
    }

    /** Returns the results of a section by try, as place/address/protocol. */
    static Map<String, String> section(List<String> said, String name) {
        Map<String, String> outcomes = said.stream()
                .map(line -> line.split(" ", 3))
                .filter(words -> words[0].equals(name))
                .collect(Collectors.toMap(words -> words[1], words -> words[2], (_, later) -> later, TreeMap::new));
        assertThat(outcomes).as("what was tried: " + name).isNotEmpty();
        return outcomes;
    }

    static Map<String, String> to(Map<String, String> outcomes, String... places) {
        Map<String, String> some = new TreeMap<>(outcomes);
        some.keySet().removeIf(what -> !Set.of(places).contains(what.split("/", 2)[0]));
        assertThat(some).as("what was tried there").isNotEmpty();
        return some;
    }
}
