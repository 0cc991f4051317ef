package dev.bailiwick.benchmarks.calls;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects the targets that are missed. */
final class Targets {

    private final List<String> missed = new ArrayList<>();

    @FormatMethod
    void require(boolean met, @FormatString String otherwise, Object... values) {
        if (!met) {
            missed.add(String.format(Locale.ROOT, otherwise, values));
        }
    }

    String described() {
        return missed.isEmpty() ? "All targets are met." : "Missed: " + String.join("; ", missed) + ".";
    }
}
