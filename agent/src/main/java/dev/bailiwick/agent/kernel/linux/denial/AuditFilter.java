package dev.bailiwick.agent.kernel.linux.denial;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program of the classic packet filter for a socket that receives audit records (socket(7), SO_ATTACH_FILTER). It drops all records
 * except those of seccomp, and passes only a sample of those from ranges of user ids that cause too many. Dropped records take no room in
 * the socket's buffer.
 *
 * <p>A record has the form {@code audit(SECONDS.MILLIS:SERIAL): auid=N uid=N …}; the filter passes records of any other form.
 */
final class AuditFilter {

    private static final int LOAD_HALF_WORD = 0x28;
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_BYTE_AT_X = 0x50;
    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_NUMBER = 0x00;
    private static final int LOAD_MEMORY = 0x60;
    private static final int LOAD_X_NUMBER = 0x01;
    private static final int LOAD_X_MEMORY = 0x61;
    private static final int STORE = 0x02;
    private static final int STORE_X = 0x03;
    private static final int ADD = 0x04;
    private static final int ADD_X = 0x0c;
    private static final int SUBTRACT = 0x14;
    private static final int MULTIPLY = 0x24;
    private static final int AND = 0x54;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int JUMP = 0x05;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int A_TO_X = 0x07;
    private static final int X_TO_A = 0x87;

    /** SKF_AD_OFF + SKF_AD_RANDOM. */
    private static final int RANDOM = -0x1000 + 56;

    private static final int TYPE_AT = 4;
    /** After the header of 16 bytes, {@code audit(}, ten digits, a dot, three digits and a colon. */
    private static final int SERIAL_AT = 37;
    /** The distance from the parenthesis after the serial number to the first digit of the audit user. */
    private static final int TO_AUDIT_USER = "): auid=".length();

    private static final int TO_USER = " uid=".length();
    private static final int MAX_DIGITS = 10;

    private static final int VALUE = 0;
    private static final int DIGIT = 1;
    private static final int PLACE = 2;

    /** The code, the jump distances if true and if false, and the operand, as in struct sock_filter. */
    record Instruction(int code, int ifTrue, int ifFalse, int operand) {}

    private final List<Instruction> program = new ArrayList<>();
    private final int accepted;

    private AuditFilter(int accepted) {
        this.accepted = accepted;
    }

    /**
     * @param type the type of the records to pass, as a half word that the filter loads
     * @param bytes the maximum number of bytes of a record to pass
     * @param sampled the exponent by range, see {@link FairShares#sampled}
     */
    static List<Instruction> of(int type, int bytes, Map<Integer, Integer> sampled) {
        AuditFilter filter = new AuditFilter(bytes);
        filter.add(LOAD_HALF_WORD, TYPE_AT);
        filter.add(JUMP_IF_EQUAL, 1, 0, type);
        filter.add(RETURN, 0);
        if (!sampled.isEmpty()) {
            filter.findSerial();
            filter.findAuditUser();
            filter.readUser();
            sampled.forEach(filter::sample);
        }
        filter.add(RETURN, bytes);
        return List.copyOf(filter.program);
    }

    /** Leaves the position of the parenthesis after the serial number in X. */
    private void findSerial() {
        for (int digits = 1; digits <= MAX_DIGITS; digits++) {
            int left = 4 * (MAX_DIGITS - digits) + 1;
            add(LOAD_BYTE, SERIAL_AT + digits);
            add(JUMP_IF_EQUAL, 0, 2, ')');
            add(LOAD_X_NUMBER, SERIAL_AT + digits);
            add(JUMP, left);
        }
        add(RETURN, accepted);
    }

    /** Leaves the position of the blank after the audit user in X. */
    private void findAuditUser() {
        for (int digits = 1; digits <= MAX_DIGITS; digits++) {
            int left = 6 * (MAX_DIGITS - digits) + 1;
            add(LOAD_BYTE_AT_X, TO_AUDIT_USER + digits);
            add(JUMP_IF_EQUAL, 0, 4, ' ');
            add(X_TO_A, 0);
            add(ADD, TO_AUDIT_USER + digits);
            add(A_TO_X, 0);
            add(JUMP, left);
        }
        add(RETURN, accepted);
    }

    /** Leaves the number of the user's range in A. */
    private void readUser() {
        add(STORE_X, PLACE);
        add(LOAD_NUMBER, 0);
        add(STORE, VALUE);
        for (int digit = 0; digit < MAX_DIGITS; digit++) {
            int left = 10 * (MAX_DIGITS - digit) - 2;
            add(LOAD_BYTE_AT_X, TO_USER + digit);
            add(JUMP_IF_EQUAL, left, 0, ' ');
            add(SUBTRACT, '0');
            add(STORE, DIGIT);
            add(LOAD_MEMORY, VALUE);
            add(MULTIPLY, 10);
            add(LOAD_X_MEMORY, DIGIT);
            add(ADD_X, 0);
            add(STORE, VALUE);
            add(LOAD_X_MEMORY, PLACE);
        }
        add(LOAD_MEMORY, VALUE);
        add(SHIFT_RIGHT, 16);
    }

    private void sample(int range, int exponent) {
        add(JUMP_IF_EQUAL, 0, 5, range);
        add(LOAD_WORD, RANDOM);
        add(AND, (1 << exponent) - 1);
        add(JUMP_IF_EQUAL, 1, 0, 0);
        add(RETURN, 0);
        add(RETURN, accepted);
    }

    private void add(int code, int operand) {
        add(code, 0, 0, operand);
    }

    private void add(int code, int ifTrue, int ifFalse, int operand) {
        program.add(new Instruction(code, ifTrue, ifFalse, operand));
    }
}
