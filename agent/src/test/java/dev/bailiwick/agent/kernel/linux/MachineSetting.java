package dev.bailiwick.agent.kernel.linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A value of a setting of the whole machine while a test needs it. Test runs take turns by a file, which contains the machine's own value
 * meanwhile: if a run is killed, the next one restores it.
 */
final class MachineSetting implements AutoCloseable {

    private final Path setting;
    private final Path turn;
    private final FileChannel locked;
    private final String before;

    /** @param name with slashes, for example {@code fs/suid_dumpable} */
    MachineSetting(String name, String value) throws IOException {
        setting = Path.of("/proc/sys", name);
        turn = Path.of("/tmp/bailiwick-setting-" + name.replace('/', '-') + ".lock");
        locked = FileChannel.open(turn, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            var _ = locked.lock();
            String left = Files.readString(turn);
            before = left.isEmpty() ? Files.readString(setting).strip() : left;
            Files.writeString(turn, before);
            Files.writeString(setting, value);
        } catch (IOException e) {
            locked.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try (locked) {
            Files.writeString(setting, before);
            Files.writeString(turn, "");
        }
    }
}
