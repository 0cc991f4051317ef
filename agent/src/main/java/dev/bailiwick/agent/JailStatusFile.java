package dev.bailiwick.agent;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.concurrent.CoalescingTask;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with the running agent's last report of each jail, which {@link JailsCommand} reads. That command does not open the kernel
 * itself, because then it would take the jails' output away from the agent. Each jail has one line, with fields separated by
 * tabs; the file is replaced atomically.
 */
final class JailStatusFile implements Consumer<Report>, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JailStatusFile.class);
    private static final long MIN_MILLIS_BETWEEN_WRITES = 500;

    private final Path file;
    private final ConcurrentSkipListMap<JailId, Report> reports = new ConcurrentSkipListMap<>();
    private final ScheduledThreadPoolExecutor writer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("status").factory());
    private final CoalescingTask writing = new CoalescingTask(this::writeSoon, this::write);

    JailStatusFile(Path runtimeDirectory) {
        this.file = fileIn(runtimeDirectory);
        writer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Returns the lines of the file; none if no agent has written it. */
    static List<String> read(Path runtimeDirectory) throws IOException {
        Path file = fileIn(runtimeDirectory);
        return Files.exists(file) ? TextFile.lines(file) : List.of();
    }

    private static Path fileIn(Path runtimeDirectory) {
        return runtimeDirectory.resolve("jails.status");
    }

    @Override
    public void accept(Report report) {
        if (report.phase() == Phase.REMOVED) {
            reports.remove(report.jail());
        } else {
            reports.put(report.jail(), report);
        }
        writing.request();
    }

    private void writeSoon(Runnable write) {
        try {
            var _ = writer.schedule(write, MIN_MILLIS_BETWEEN_WRITES, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException afterClose) {
            log.debug("a report came after the file was closed", afterClose);
        }
    }

    void write() {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            Files.write(
                    next, reports.values().stream().map(JailStatusFile::line).toList());
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            log.atWarn().addKeyValue("file", file).setCause(e).log("cannot write the list of jails");
        }
    }

    static String line(Report report) {
        String conditions = report.conditions().stream().map(Condition::message).collect(Collectors.joining("; "));
        return String.join(
                "\t",
                report.jail().toString(),
                report.phase().text(),
                Long.toString(report.generation()),
                report.initPid().isPresent() ? Integer.toString(report.initPid().getAsInt()) : "-",
                Integer.toString(report.restarts()),
                conditions.replaceAll("\\s", " "));
    }

    @Override
    public void close() {
        writer.shutdownNow();
    }
}
