package dev.bailiwick.server.jail.file;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.file.FileEntry;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A file in a jail. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record FileDocument(
        @Schema(
                description =
                        "The name in UTF-8. A backslash is written as two, and a byte that is not UTF-8, or is part of a character that nobody sees, as \\x and two hexadecimal digits. Empty for the root directory.")
        String name,

        @Schema(description = "file, directory, link, fifo, socket or device")
        String kind,

        @Schema(description = "Bytes.") long size,

        @Schema(description = "The permissions, four octal digits.")
        String mode,

        @Schema(description = "The id of its user in the jail; missing if the jail does not have it.") @Nullable
        Integer owner,

        @Schema(description = "The id of its group in the jail; missing if the jail does not have it.") @Nullable
        Integer group,

        Instant modified,

        @Schema(description = "Where a link leads; only for links. Written as a name.") @Nullable
        String target,

        @Schema(
                description =
                        "Whether another file system is mounted there. Only processes in the jail see what is on it.")
        boolean mounted,

        @Schema(description = "Differs whenever the content was written to. The ETag of the content, without quotes.")
        String version) {

    static FileDocument of(FileEntry entry) {
        return new FileDocument(
                entry.name(),
                entry.kind().text(),
                entry.size(),
                String.format(Locale.ROOT, "%04o", entry.mode()),
                entry.owner().isPresent() ? entry.owner().getAsInt() : null,
                entry.group().isPresent() ? entry.group().getAsInt() : null,
                entry.modified(),
                entry.target().orElse(null),
                entry.isMounted(),
                entry.version());
    }
}
