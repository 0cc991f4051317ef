package dev.bailiwick.server.ssh;

import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileName;
import java.util.List;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/** The answers of SFTP, version 3. */
final class SftpReplies {

    static final String POSIX_RENAME = "posix-rename@openssh.com";

    private static final int VERSION = 3;

    private SftpReplies() {}

    static Buffer version() {
        Buffer version = new ByteArrayBuffer();
        version.putByte((byte) 2);
        version.putUInt(VERSION);
        version.putString(POSIX_RENAME);
        version.putString("1");
        return version;
    }

    private static Buffer reply(int type, int id) {
        Buffer reply = new ByteArrayBuffer();
        reply.putByte((byte) type);
        reply.putUInt(Integer.toUnsignedLong(id));
        return reply;
    }

    static Buffer status(int id, int status, String sentence) {
        Buffer reply = reply(101, id);
        reply.putUInt(status);
        reply.putString(sentence);
        reply.putString("en");
        return reply;
    }

    static Buffer ok(int id) {
        return status(id, SftpFault.OK, "");
    }

    static Buffer attributes(int id, FileEntry file) {
        Buffer reply = reply(105, id);
        SftpPackets.putAttributes(reply, file);
        return reply;
    }

    static Buffer name(int id, String text) {
        byte[] name = FileName.bytes(text);
        Buffer reply = reply(104, id);
        reply.putUInt(1);
        reply.putBytes(name);
        reply.putBytes(name);
        reply.putUInt(0);
        return reply;
    }

    static Buffer entries(int id, List<FileEntry> entries) {
        if (entries.isEmpty()) {
            return status(id, SftpFault.END, "");
        }
        Buffer reply = reply(104, id);
        reply.putUInt(entries.size());
        entries.forEach(entry -> SftpPackets.putEntry(reply, entry));
        return reply;
    }

    static Buffer handle(int id, int handle) {
        Buffer reply = reply(102, id);
        reply.putUInt(Integer.BYTES);
        reply.putUInt(Integer.toUnsignedLong(handle));
        return reply;
    }

    static Buffer data(int id, byte[] bytes) {
        Buffer reply = reply(103, id);
        reply.putBytes(bytes);
        return reply;
    }
}
