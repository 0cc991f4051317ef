package dev.bailiwick.agent.kernel.linux.oom;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.OomKills.LargeProcess;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The processes with most memory of those that were added. */
final class LargestProcesses {

    private static final String NAME = "Name:\t";
    private static final String RESIDENT = "VmRSS:";
    private static final int KIBI = 1024;

    /** More than a jail with a limit of processes has; bounds the work for others. */
    private static final int MAX_READ = 10_000;

    private final List<LargeProcess> found = new ArrayList<>(OomKills.MAX_LARGEST + 1);

    /** Returns those of the processes that run now. */
    static LargestProcesses of(List<Integer> processes) {
        LargestProcesses largest = new LargestProcesses();
        processes.stream().limit(MAX_READ).forEach(largest::read);
        return largest;
    }

    private void read(int pid) {
        ProcessTimes.read(pid, "status").ifPresent(status -> {
            // The kernel escapes the ends of lines in a name: proc_pid_status(5).
            List<String> lines = TextFile.lines(status);
            Optional<String> name = lines.stream()
                    .findFirst()
                    .filter(line -> line.startsWith(NAME))
                    .map(line -> line.substring(NAME.length()));
            lines.stream()
                    .filter(line -> line.startsWith(RESIDENT))
                    .findFirst()
                    .ifPresent(line -> add(name.orElse(""), Long.parseLong(line.replaceAll("\\D", "")) * KIBI));
        });
    }

    void add(String name, long bytes) {
        if (found.size() == OomKills.MAX_LARGEST && found.getLast().bytes() >= bytes) {
            return;
        }
        found.add(new LargeProcess(name, bytes));
        found.sort(Comparator.comparingLong(LargeProcess::bytes).reversed());
        if (found.size() > OomKills.MAX_LARGEST) {
            found.removeLast();
        }
    }

    List<LargeProcess> list() {
        return List.copyOf(found);
    }
}
