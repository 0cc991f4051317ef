package dev.bailiwick.agent.kernel.linux.files;

import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;

/** An entry of a directory that is open until this is closed; nothing need be there. */
final class Place implements AutoCloseable {

    private final Descriptor directory;
    private final byte[] name;

    /** @param name must not be changed afterwards */
    Place(Descriptor directory, byte[] name) {
        this.directory = directory;
        this.name = name;
    }

    Descriptor directory() {
        return directory;
    }

    /** Returns the name itself, not a copy. */
    byte[] name() {
        return name;
    }

    @Override
    public void close() {
        directory.close();
    }
}
