package dev.bailiwick.jail.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compares the table's numbers with the installed kernel headers (Debian: linux-libc-dev). */
class KernelHeadersTest {

    private static final Path X86_64 = Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h");
    private static final Path GENERIC = Path.of("/usr/include/asm-generic/unistd.h");

    /** The header with the kernel's version. */
    private static final Path VERSION = Path.of("/usr/include/linux/version.h");

    private static final Pattern VERSION_CODE = Pattern.compile("#define LINUX_VERSION_CODE (\\d+)");
    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?");
    private static final Pattern NUMBER = Pattern.compile("#define __NR(3264)?_(\\w+)\\s+(\\d+)");
    private static final Pattern ALIAS = Pattern.compile("#define __NR_(\\w+) __NR3264_(\\w+)");

    /** Names in the generic header that are calls only of 32-bit architectures, or not calls at all. */
    private static final Set<String> NOT_OF_AARCH64 = Set.of("sync_file_range2", "syscalls", "arch_specific_syscall");

    @Test
    void numbersX8664AsTheKernelDoes() throws IOException {
        assumeThat(X86_64).as("kernel headers of x86-64").isRegularFile();

        compare(Architecture.X86_64, defined(Files.readString(X86_64)));
    }

    @Test
    void numbersAarch64AsTheKernelDoes() throws IOException {
        assumeThat(GENERIC).as("generic kernel headers, which aarch64 uses").isRegularFile();
        Map<String, Integer> defined = defined(Files.readString(GENERIC));
        defined.keySet().removeAll(NOT_OF_AARCH64);

        compare(Architecture.AARCH64, defined);
    }

    private static void compare(Architecture architecture, Map<String, Integer> defined) throws IOException {
        int installed = installedVersion();
        Map<String, Integer> table = new TreeMap<>();
        Set<String> newer = new TreeSet<>();
        for (Syscall call : SyscallTable.linux().all()) {
            call.number(architecture).ifPresent(number -> table.put(call.name(), number));
            if (table.containsKey(call.name())
                    && !defined.containsKey(call.name())
                    && version(call.since()) > installed) {
                newer.add(call.name());
            }
        }
        System.out.println("not verified on " + architecture.text() + ", newer than the installed headers: " + newer);
        table.keySet().removeAll(newer);

        assertThat(defined).hasSizeGreaterThan(300);
        assertThat(table).containsExactlyInAnyOrderEntriesOf(defined);
    }

    private static int installedVersion() throws IOException {
        assumeThat(VERSION).as("the version of the kernel headers").isRegularFile();
        Matcher code = VERSION_CODE.matcher(Files.readString(VERSION));
        assertThat(code.find()).as("LINUX_VERSION_CODE").isTrue();
        return Integer.parseInt(code.group(1));
    }

    /** Returns KERNEL_VERSION of linux/version.h; 0 for a call that no release implements. */
    private static int version(String release) {
        Matcher parts = RELEASE.matcher(release);
        if (!parts.matches()) {
            return 0;
        }
        int patch = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
        return (Integer.parseInt(parts.group(1)) << 16) + (Integer.parseInt(parts.group(2)) << 8) + patch;
    }

    private static Map<String, Integer> defined(String header) {
        String for64Bits = without32BitParts(header);
        Map<String, Integer> numbers = new TreeMap<>();
        Map<String, Integer> numbersOf3264 = new TreeMap<>();
        Matcher number = NUMBER.matcher(for64Bits);
        while (number.find()) {
            (number.group(1) == null ? numbers : numbersOf3264).put(number.group(2), Integer.parseInt(number.group(3)));
        }
        Matcher alias = ALIAS.matcher(for64Bits);
        while (alias.find()) {
            Integer aliased = numbersOf3264.get(alias.group(2));
            if (aliased != null) {
                numbers.put(alias.group(1), aliased);
            }
        }
        return numbers;
    }

    /** Removes the parts of the generic header that the preprocessor removes on a 64-bit machine. */
    private static String without32BitParts(String header) {
        return header.replaceAll(
                        "(?s)#if defined\\(__SYSCALL_COMPAT\\) \\|\\| __BITS_PER_LONG == 32\\n.*?\\n#endif", "")
                .replaceAll(
                        "(?s)(#if __BITS_PER_LONG == 64 && !defined\\(__SYSCALL_COMPAT\\)\\n.*?)\\n#else\\n.*", "$1");
    }
}
