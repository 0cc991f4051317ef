package dev.bailiwick.jail.process;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Comparator;
import java.util.List;

/**
 * The directories below {@code /run} that a jail's command finds.
 *
 * @param all sorted by path, so that each directory follows those above it; at most 32, and with those above them at most
 *     64, because the process that becomes the jail makes a bounded number of calls
 */
public record RunDirectories(List<RunDirectory> all) {

    public static final RunDirectories NONE = new RunDirectories(List.of());

    private static final int MAX_DIRECTORIES = 32;
    private static final int MAX_WITH_ABOVE = 64;

    public RunDirectories {
        all = all.stream().sorted(Comparator.comparing(RunDirectory::path)).toList();
        if (all.size() > MAX_DIRECTORIES) {
            throw new InvalidValue("must be at most " + MAX_DIRECTORIES + " directories");
        }
        for (int i = 1; i < all.size(); i++) {
            if (all.get(i).path().equals(all.get(i - 1).path())) {
                throw new InvalidValue("names a directory twice: " + all.get(i).path());
            }
        }
        if (all.stream().flatMap(RunDirectory::withAbove).distinct().count() > MAX_WITH_ABOVE) {
            throw new InvalidValue("must be at most " + MAX_WITH_ABOVE + " directories, with those above them");
        }
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }
}
