package dev.bailiwick.agent.kernel.linux.root;

import java.util.List;
import java.util.Optional;

/**
 * A user of a jail.
 *
 * @param groups the group, and then the supplementary groups as login(1) would set them
 * @param name empty for an id that {@code /etc/passwd} does not list
 * @param home empty if {@code /etc/passwd} names none
 */
public record JailUser(int id, List<Integer> groups, Optional<String> name, Optional<String> home) {

    public int group() {
        return groups.getFirst();
    }
}
