package dev.bailiwick.agent.kernel.linux.oom;

import dev.bailiwick.jail.report.OomKills.LargeProcess;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what the kernel logs about a lack of memory (mm/oom_kill.c): a table of the processes that it could kill, which may be missing, and
 * the process that it kills. Programs choose the names of processes, so no name can end what precedes or follows it.
 */
final class OomRecords {

    /** Gets each killed process. */
    interface Reader {

        /**
         * @param largest the processes of the same jail with most memory; only the killed one if the kernel has logged no table
         */
        void killed(int pid, long user, Cause cause, List<LargeProcess> largest);
    }

    /** What had no more memory. */
    enum Cause {
        CGROUP,
        HOST
    }

    private static final Pattern KILLED = Pattern.compile(
            "(Memory cgroup out of memory|Out of memory(?: \\(\\w+\\))?): Killed process (\\d+) "
                    + "\\((.*)\\) total-vm:\\d+kB, anon-rss:(\\d+)kB, file-rss:(\\d+)kB, shmem-rss:(\\d+)kB, UID:(\\d+) .*");
    private static final Pattern ESCAPED = Pattern.compile("\\\\x([0-9a-f]{2})");
    private static final String IN_CGROUP = "Memory";
    private static final String TABLE = "Tasks state (memory values in pages):";
    private static final String HEAD = "[  pid  ]";
    private static final int KIBI = 1024;
    private static final long UNSIGNED = 0xffff_ffffL;

    private final LongPredicate isOfJails;
    private final long pageBytes;
    private final Reader reader;

    /** The column with the resident memory, and the last one: kernels have different columns. */
    private int residentColumn = -1;

    private int nameColumn;
    /** By the number of the range of user ids. */
    private final Map<Integer, LargestProcesses> largest = new HashMap<>();

    /** @param isOfJails whether processes of this user id belong to a jail */
    OomRecords(LongPredicate isOfJails, long pageBytes, Reader reader) {
        this.isOfJails = isOfJails;
        this.pageBytes = pageBytes;
        this.reader = reader;
    }

    void read(String record) {
        if (record.isEmpty()) {
            return;
        }
        switch (record.charAt(0)) {
            case '[' -> readRow(record);
            case 'T' -> {
                if (record.equals(TABLE)) {
                    largest.clear();
                    residentColumn = -1;
                }
            }
            case 'M', 'O' -> readKill(record);
            default -> {
                // Nothing about a lack of memory.
            }
        }
    }

    private void readRow(String record) {
        if (record.startsWith(HEAD)) {
            List<String> columns =
                    Arrays.asList(record.substring(HEAD.length()).strip().split(" +", -1));
            residentColumn = columns.indexOf("rss");
            nameColumn = columns.indexOf("name");
            return;
        }
        int end = record.indexOf(']');
        if (residentColumn < 0 || nameColumn < residentColumn || end < 0) {
            return;
        }
        String[] columns = record.substring(end + 1).stripLeading().split(" +", nameColumn + 1);
        if (columns.length <= residentColumn) {
            return;
        }
        try {
            // The kernel writes user ids from 2^31 on as negative numbers here.
            long user = Long.parseLong(columns[0]) & UNSIGNED;
            if (isOfJails.test(user)) {
                String name = columns.length > nameColumn ? columns[nameColumn] : "";
                largest.computeIfAbsent(OomWatch.rangeOf(user), _ -> new LargestProcesses())
                        .add(plain(name), Long.parseLong(columns[residentColumn]) * pageBytes);
            }
        } catch (NumberFormatException e) {
            // Not a row: another message of the kernel that begins with a bracket.
            return;
        }
    }

    private void readKill(String record) {
        Matcher matcher = KILLED.matcher(record);
        if (!matcher.matches()) {
            return;
        }
        long user = Long.parseLong(matcher.group(7));
        if (!isOfJails.test(user)) {
            return;
        }
        LargestProcesses found = largest.get(OomWatch.rangeOf(user));
        if (found == null) {
            found = new LargestProcesses();
            long kibibytes = Long.parseLong(matcher.group(4))
                    + Long.parseLong(matcher.group(5))
                    + Long.parseLong(matcher.group(6));
            found.add(plain(matcher.group(3)), kibibytes * KIBI);
        }
        reader.killed(
                Integer.parseInt(matcher.group(2)),
                user,
                matcher.group(1).startsWith(IN_CGROUP) ? Cause.CGROUP : Cause.HOST,
                found.list());
        // A later kill without a table has other processes.
        largest.clear();
        residentColumn = -1;
    }

    /** Undoes the escapes of the kernel, which writes each byte that is not a plain character as its number. */
    private static String plain(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(name.length());
        Matcher escaped = ESCAPED.matcher(name);
        int from = 0;
        while (escaped.find()) {
            bytes.writeBytes(name.substring(from, escaped.start()).getBytes(StandardCharsets.US_ASCII));
            bytes.write(Integer.parseInt(escaped.group(1), 16));
            from = escaped.end();
        }
        bytes.writeBytes(name.substring(from).getBytes(StandardCharsets.US_ASCII));
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
