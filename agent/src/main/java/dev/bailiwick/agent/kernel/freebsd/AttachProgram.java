package dev.bailiwick.agent.kernel.freebsd;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The process that becomes a jail's init. jail_attach(2) moves a whole process permanently, so the agent cannot call it itself. The agent
 * starts this program, sends the {@link AttachRequest} to its standard input, and reads its progress from its standard output. The exec closes
 * that output, so an end of file after {@value #EXECUTES} means that the init runs.
 */
final class AttachProgram {

    /** The last line before the exec. */
    static final String EXECUTES = "executes";

    /** The beginning of the line about a failed call; call, subject and errno follow. */
    static final String FAILED = "failed ";

    private static final int READ_WRITE = 2;
    private static final int SET_DESCRIPTOR_FLAGS = 2;
    private static final int CLOSE_ON_EXEC = 1;
    private static final int SET_MASK = 3;
    private static final int SIGNAL_SET_BYTES = 128;
    private static final int USUAL_UMASK = 022;

    /** Far above the descriptors that a young JVM has open: it uses the lowest numbers, and was started with only the first three. */
    private static final int MAX_DESCRIPTORS = 1024;

    private final LibC libC;

    private AttachProgram(LibC libC) {
        this.libC = libC;
    }

    /** @param arguments the library to call, see {@link LibC#of} */
    public static void main(String[] arguments) throws IOException {
        LibC libC = LibC.of(arguments[0]);
        AttachRequest request = AttachRequest.read(new DataInputStream(System.in));
        new AttachProgram(libC).become(request);
    }

    private void become(AttachRequest request) {
        int report = libC.dup(1);
        try {
            run(request, report);
        } catch (FreeBsdFailure e) {
            say(report, FAILED + e.errno() + " " + e.detail());
        }
    }

    private void run(AttachRequest request, int report) {
        check("open", "/dev/null", libC.open("/dev/null", READ_WRITE), 0);
        check("open", "the console", libC.open(request.console(), READ_WRITE), 1);
        check("dup2", "standard error", libC.dup2(1, 2));
        for (int descriptor = 3; descriptor < MAX_DESCRIPTORS; descriptor++) {
            // EBADF is expected for the many numbers that are not open.
            libC.fcntl(descriptor, SET_DESCRIPTOR_FLAGS, CLOSE_ON_EXEC);
        }
        check("setsid", "the init", libC.setsid());
        libC.umask(USUAL_UMASK);
        try (Memory none = new Memory(SIGNAL_SET_BYTES)) {
            none.clear();
            check("sigprocmask", "the init", libC.sigprocmask(SET_MASK, none, Pointer.NULL));
        }
        StringArray argv = new StringArray(request.argv().toArray(String[]::new), "UTF-8");
        StringArray environment = new StringArray(request.environment().toArray(String[]::new), "UTF-8");
        check("jail_attach", "jail " + request.jail(), libC.jail_attach(request.jail()));
        say(report, EXECUTES);
        check("execve", request.argv().getFirst(), libC.execve(request.argv().getFirst(), argv, environment));
    }

    /** Checks a descriptor that was just opened, and makes it this standard stream. */
    private void check(String call, String subject, int opened, int stream) {
        check(call, subject, opened);
        check("dup2", subject, libC.dup2(opened, stream));
    }

    private static void check(String call, String subject, int result) {
        if (result < 0) {
            throw new FreeBsdFailure(call, subject, Native.getLastError(), "");
        }
    }

    private void say(int report, String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        try (Memory memory = new Memory(bytes.length)) {
            memory.write(0, bytes, 0, bytes.length);
            libC.write(report, memory, bytes.length);
        }
    }
}
