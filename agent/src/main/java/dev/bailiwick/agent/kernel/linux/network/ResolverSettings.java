package dev.bailiwick.agent.kernel.linux.network;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The settings in a resolv.conf(5), parsed like the C library does (res_vinit_1 in glibc's resolv/res_init.c). A keyword counts only at
 * the beginning of its line, followed by a space or a tab; the last {@code search} or {@code domain} line counts; options accumulate.
 *
 * @param servers the servers that a jail could reach by their address; without loopback and link-local ones, which belong to the host
 */
record ResolverSettings(List<IpAddress> servers, List<String> search, List<String> options) {

    private static final String BLANKS = "[ \t]+";
    private static final int BYTE = 0xff;

    /** @param text the bytes of the file, one character for each byte */
    static ResolverSettings parse(String text) {
        List<IpAddress> servers = new ArrayList<>();
        List<String> search = List.of();
        List<String> options = new ArrayList<>();
        for (String whole : text.split("\n", -1)) {
            // In C a string ends here.
            String line = whole.split("\0", 2)[0];
            List<String> words = Stream.of(line.split(BLANKS)).toList();
            if (words.size() < 2) {
                continue;
            }
            List<String> values = words.subList(1, words.size());
            switch (words.getFirst()) {
                case "nameserver" -> server(values.getFirst()).ifPresent(servers::add);
                case "domain" -> search = List.of(values.getFirst());
                case "search" -> search = values;
                case "options" -> options.addAll(values);
                default -> {}
            }
        }
        return new ResolverSettings(servers, search, options);
    }

    private static Optional<IpAddress> server(String text) {
        try {
            return Optional.of(IpAddress.parse(text.indexOf(':') < 0 ? decimal(text) : text.split("%", 2)[0]));
        } catch (InvalidValue | NumberFormatException notOneThatAJailCanReach) {
            return Optional.empty();
        }
    }

    /**
     * Returns four decimal numbers for the forms of inet_aton(3): one to four C numbers, the last of which contains all remaining bytes.
     */
    private static String decimal(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length > 4) {
            throw new NumberFormatException(text);
        }
        long address = 0;
        for (int i = 0; i < parts.length; i++) {
            boolean isLast = i == parts.length - 1;
            long number = number(parts[i]);
            if (number < 0 || number > (isLast ? 0xffff_ffffL >>> 8 * i : BYTE)) {
                throw new NumberFormatException(text);
            }
            address |= isLast ? number : number << 24 - 8 * i;
        }
        return String.join(
                ".",
                Long.toString(address >> 24),
                Long.toString(address >> 16 & BYTE),
                Long.toString(address >> 8 & BYTE),
                Long.toString(address & BYTE));
    }

    private static long number(String text) {
        if (text.isEmpty() || Character.digit(text.charAt(0), 10) < 0) {
            throw new NumberFormatException(text);
        }
        if (text.startsWith("0x") || text.startsWith("0X")) {
            return Long.parseLong(text.substring(2), 16);
        }
        return Long.parseLong(text, text.startsWith("0") ? 8 : 10);
    }
}
