package dev.bailiwick.server.jail.file;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;

/**
 * Somebody asks for a change of files in a jail. It is recorded before the host is asked, so the change may have failed. Paths are written as
 * in the API.
 */
public sealed interface FileEvent extends Event {

    /** The content of a file, or the first or last part of an upload: the parts may name different files. */
    @EventType(action = "jail.file-written", version = 1)
    record Written(String path) implements FileEvent {}

    /** An archive, in a directory. */
    @EventType(action = "jail.archive-unpacked", version = 1)
    record Unpacked(String path) implements FileEvent {}

    /** An upload to a file that has not ended. */
    @EventType(action = "jail.upload-removed", version = 1)
    record UploadDropped(String path) implements FileEvent {}

    @EventType(action = "jail.directory-created", version = 1)
    record DirectoryCreated(String path) implements FileEvent {}

    @EventType(action = "jail.link-created", version = 1)
    record LinkCreated(String path, String target) implements FileEvent {}

    @EventType(action = "jail.file-renamed", version = 1)
    record Renamed(String path, String to) implements FileEvent {}

    /** With everything in it, if it was a directory. */
    @EventType(action = "jail.file-removed", version = 1)
    record Removed(String path) implements FileEvent {}

    /** @param mode four octal digits */
    @EventType(action = "jail.file-mode-set", version = 1)
    record ModeSet(String path, String mode) implements FileEvent {}

    /** @param owner an id in the jail, as {@code group} */
    @EventType(action = "jail.file-owner-set", version = 1)
    record OwnerSet(String path, int owner, int group) implements FileEvent {}
}
