package dev.bailiwick.server.account.member;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Right;
import java.util.Set;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.ser.std.ToStringSerializer;

/**
 * The rights of a colleague on one jail. They see it in any case.
 *
 * @param rights rights that can be given for single jails, see {@link Right#grantable}
 */
public record JailRights(
        @JsonSerialize(using = ToStringSerializer.class) @JsonDeserialize(using = JailIdReader.class)
        JailId jail,

        Set<Right> rights) {

    public JailRights {
        rights = rights == null ? Set.of() : Set.copyOf(rights);
    }
}
