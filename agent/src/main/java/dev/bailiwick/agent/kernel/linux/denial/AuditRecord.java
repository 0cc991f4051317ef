package dev.bailiwick.agent.kernel.linux.denial;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The parts of a seccomp record of the kernel's audit (AUDIT_SECCOMP, audit_seccomp in kernel/auditsc.c) that say whose call was blocked,
 * and which. The parser trusts no record, because a process chooses the names in it. The kernel writes a name in hexadecimal if it
 * contains a blank, a quote or a control character (audit_log_untrustedstring), so no name can look like another field. A record that
 * contains a field twice is rejected nevertheless.
 *
 * @param user the user id of the process, in the host's numbering
 * @param architecture AUDIT_ARCH_* of the entry used
 * @param call the system call's number as the process gave it
 * @param action SECCOMP_RET_* without the errno, which the kernel does not report
 */
record AuditRecord(long user, int architecture, long call, int action) {

    private static final int SPACE = ' ';
    private static final long NOT_A_NUMBER = Long.MIN_VALUE;

    private static final class Field {

        private final byte[] key;
        private final int radix;

        private Field(String key, int radix) {
            this.key = key.getBytes(StandardCharsets.US_ASCII);
            this.radix = radix;
        }

        private boolean startsAt(ByteBuffer text, int at, int end) {
            if (end - at <= key.length) {
                return false;
            }
            for (int i = 0; i < key.length; i++) {
                if (text.get(at + i) != key[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    /** In the order of the record's components. */
    private static final Field[] FIELDS = {
        new Field("uid=", 10), new Field("arch=", 16), new Field("syscall=", 10), new Field("code=0x", 16)
    };

    /**
     * Parses a record; never fails, whatever the text contains.
     *
     * @return empty if the text is not such a record
     */
    static Optional<AuditRecord> parse(ByteBuffer text, int from, int end) {
        long[] values = new long[FIELDS.length];
        int found = 0;
        int at = from;
        while (at < end) {
            int next = afterBlank(text, at, end);
            for (int i = 0; i < FIELDS.length; i++) {
                if (FIELDS[i].startsAt(text, at, end)) {
                    values[i] = number(text, at + FIELDS[i].key.length, next == end ? end : next - 1, FIELDS[i].radix);
                    if (values[i] == NOT_A_NUMBER || (found & 1 << i) != 0) {
                        return Optional.empty();
                    }
                    found |= 1 << i;
                }
            }
            at = next;
        }
        if (found != (1 << FIELDS.length) - 1) {
            return Optional.empty();
        }
        return Optional.of(new AuditRecord(values[0], (int) values[1], values[2], (int) values[3]));
    }

    private static int afterBlank(ByteBuffer text, int from, int end) {
        int at = from;
        while (at < end && text.get(at) != SPACE) {
            at++;
        }
        return Math.min(end, at + 1);
    }

    /** Parses a number of 32 bits, with a sign if the kernel's own is negative. */
    private static long number(ByteBuffer text, int from, int end, int radix) {
        boolean negative = from < end && text.get(from) == '-';
        int at = negative ? from + 1 : from;
        // The terminator and the end of the line do not belong to the number.
        int last = end;
        while (last > at && (text.get(last - 1) == 0 || text.get(last - 1) == '\n')) {
            last--;
        }
        if (at == last || last - at > 10) {
            return NOT_A_NUMBER;
        }
        long value = 0;
        for (; at < last; at++) {
            int digit = Character.digit(text.get(at), radix);
            if (digit < 0) {
                return NOT_A_NUMBER;
            }
            value = value * radix + digit;
        }
        if (value > 0xffff_ffffL) {
            return NOT_A_NUMBER;
        }
        return negative ? -value : value;
    }
}
