package dev.bailiwick.agent.kernel.freebsd;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that a process needs to know to become a jail's init.
 *
 * @param jail the jail's number
 * @param console the pipe for its standard output and error
 * @param argv the program, a path in the jail, and its arguments
 * @param environment each as {@code NAME=value}; passed here and not as the process's own, because the process first runs on the host
 */
record AttachRequest(int jail, String console, List<String> argv, List<String> environment) {

    private static final int MAX_TEXTS = 1024;

    AttachRequest {
        argv = List.copyOf(argv);
        environment = List.copyOf(environment);
    }

    void write(DataOutputStream to) throws IOException {
        to.writeInt(jail);
        to.writeUTF(console);
        write(to, argv);
        write(to, environment);
        to.flush();
    }

    static AttachRequest read(DataInputStream from) throws IOException {
        return new AttachRequest(from.readInt(), from.readUTF(), texts(from), texts(from));
    }

    private static void write(DataOutputStream to, List<String> texts) throws IOException {
        to.writeInt(texts.size());
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            to.writeInt(bytes.length);
            to.write(bytes);
        }
    }

    private static List<String> texts(DataInputStream from) throws IOException {
        int count = from.readInt();
        if (count < 0 || count > MAX_TEXTS) {
            throw new IOException("an entry claims " + count + " texts");
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(new String(from.readNBytes(from.readInt()), StandardCharsets.UTF_8));
        }
        return texts;
    }
}
