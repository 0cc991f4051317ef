package dev.bailiwick.agent.kernel.freebsd;

import com.sun.jna.Native;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** jail_set(2), jail_get(2) and jail_remove(2), with types; a failing call throws {@link FreeBsdFailure} with the kernel's message. */
final class JailCalls {

    /** sys/jail.h */
    private static final int JAIL_CREATE = 0x01;

    private static final int NAME_BYTES = 256;
    private static final int PATH_BYTES = 1024;

    private final LibC libC;

    JailCalls(LibC libC) {
        this.libC = libC;
    }

    /** A jail in the kernel's list. */
    record ListedJail(int number, String name) {}

    /**
     * Creates a jail, whose parameters must include {@code persist}.
     *
     * @return its number
     */
    int create(String subject, IoVectors parameters) {
        return check(
                "jail_set", subject, parameters, libC.jail_set(parameters.array(), parameters.count(), JAIL_CREATE));
    }

    /** Returns all jails below this one, by number, except those that are dying. */
    List<ListedJail> all() {
        List<ListedJail> all = new ArrayList<>();
        int last = 0;
        while (true) {
            try (IoVectors next = new IoVectors().number("lastjid", last).room("name", NAME_BYTES)) {
                Optional<Integer> number = get("the jail after " + last, next);
                if (number.isEmpty()) {
                    return all;
                }
                last = number.get();
                all.add(new ListedJail(last, next.givenText("name")));
            }
        }
    }

    /** Returns the number of the jail of this name; empty if there is none, or it is dying. */
    Optional<Integer> numberOf(String name) {
        try (IoVectors one = new IoVectors().text("name", name)) {
            return get(name, one);
        }
    }

    /** Returns the path of the jail's root, with all links resolved. */
    Optional<String> pathOf(int number) {
        try (IoVectors one = new IoVectors().number("jid", number).room("path", PATH_BYTES)) {
            return get("jail " + number, one).map(_ -> one.givenText("path"));
        }
    }

    /** Kills every process of the jail and removes the jail; does nothing if it does not exist, which the kernel reports as EINVAL. */
    void remove(int number) {
        if (libC.jail_remove(number) < 0) {
            int errno = Native.getLastError();
            if (!Errno.EINVAL.is(errno)) {
                throw new FreeBsdFailure("jail_remove", "jail " + number, errno, "");
            }
        }
    }

    private Optional<Integer> get(String subject, IoVectors parameters) {
        try {
            return Optional.of(
                    check("jail_get", subject, parameters, libC.jail_get(parameters.array(), parameters.count(), 0)));
        } catch (FreeBsdFailure e) {
            if (e.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Throws if the result is an error. Must be called before any other call changes errno. */
    private static int check(String call, String subject, IoVectors parameters, int result) {
        if (result >= 0) {
            return result;
        }
        int errno = Native.getLastError();
        throw new FreeBsdFailure(call, subject, errno, parameters.givenText("errmsg"));
    }
}
