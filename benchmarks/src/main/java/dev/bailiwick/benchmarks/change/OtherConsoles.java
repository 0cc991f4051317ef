package dev.bailiwick.benchmarks.change;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Types into containers of other programs, through the pipes of their commands. */
final class OtherConsoles {

    private static final String CONTAINER = "typing";
    private static final String ECHO = "/bin/echo";

    private final List<String> absent = new ArrayList<>();

    /**
     * Returns what an echo took in each program that is installed and runs here.
     *
     * @param tools a directory with the programs pause and echo
     */
    Map<String, Samples> type(Path tools, int warmUp, int number) throws Exception {
        Daemons.prepare(tools);
        Map<String, String> programs = new LinkedHashMap<>();
        programs.put(Daemons.DOCKER, "docker exec -i " + CONTAINER);
        programs.put(Daemons.PODMAN, Daemons.podman(tools) + "exec -i " + CONTAINER);
        programs.put(Daemons.LXD, "lxc exec --mode=non-interactive " + CONTAINER + " --");
        Map<String, Samples> found = new LinkedHashMap<>();
        for (var program : programs.entrySet()) {
            String name = program.getValue().replaceFirst("^(\\w+) .*exec .*", "$1 exec");
            if (Daemons.execute(Daemons.start(program.getKey(), tools, CONTAINER)) != 0) {
                absent.add(name);
                continue;
            }
            try {
                found.put(name, echoes(program.getValue() + " " + ECHO, warmUp, number));
            } finally {
                Daemons.execute(Daemons.end(program.getKey(), tools, CONTAINER));
            }
        }
        return found;
    }

    List<String> absent() {
        return absent;
    }

    private static Samples echoes(String command, int warmUp, int number) throws Exception {
        Process process = new ProcessBuilder(command.split(" ", -1))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Samples samples = new Samples();
        try (OutputStream input = process.getOutputStream();
                InputStream output = process.getInputStream()) {
            for (int i = 0; i < warmUp + number; i++) {
                long began = System.nanoTime();
                input.write('x');
                input.flush();
                if (output.read() != 'x') {
                    throw new IOException(command + " does not write back what it reads");
                }
                if (i >= warmUp) {
                    samples.add((System.nanoTime() - began) / 1_000);
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return samples;
    }
}
