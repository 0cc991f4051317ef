package dev.bailiwick.protocol;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.protocol.v1.KeptTree;
import java.util.ArrayList;
import java.util.List;

/** Converts the list of files that removed jails left to and from its messages. */
public final class KeptFilesWire {

    private static final int MAX_OWNER = 64;

    /** Keeps a message well below the 4 MiB that the server accepts. */
    private static final int MAX_BYTES = 512 << 10;

    private KeptFilesWire() {}

    /** Returns as many messages as the files need, at least one; all except the last say that more follow. */
    public static List<dev.bailiwick.protocol.v1.KeptFiles> toWire(List<KeptFiles> files) {
        List<dev.bailiwick.protocol.v1.KeptFiles> messages = new ArrayList<>();
        var message = dev.bailiwick.protocol.v1.KeptFiles.newBuilder();
        int bytes = 0;
        for (KeptFiles kept : files) {
            if (bytes >= MAX_BYTES) {
                messages.add(message.setMore(true).build());
                message.clear();
                bytes = 0;
            }
            KeptTree tree = toWire(kept);
            bytes += tree.getSerializedSize();
            message.addTrees(tree);
        }
        messages.add(message.build());
        return messages;
    }

    private static KeptTree toWire(KeptFiles kept) {
        return KeptTree.newBuilder()
                .setJailId(kept.jail().toString())
                .setPath(kept.path().value())
                .setOwner(kept.customer())
                .setFirstHostId(kept.firstHostId().orElse(0))
                .build();
    }

    /** @throws MalformedMessage if {@link #toWire} cannot have written the tree */
    public static KeptFiles fromWire(KeptTree wire) {
        JailId jail = Field.read("jail_id", () -> JailId.parse(wire.getJailId()));
        String where = "files of jail " + jail + ", ";
        return new KeptFiles(
                jail,
                Field.read(where + "path", () -> new RootPath(wire.getPath())),
                Field.text(where + "owner", wire.getOwner(), MAX_OWNER),
                Field.hostId(where + "first_host_id", wire.getFirstHostId()));
    }
}
