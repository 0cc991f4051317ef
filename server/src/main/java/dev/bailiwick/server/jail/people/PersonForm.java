package dev.bailiwick.server.jail.people;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What somebody is to be to a customer, as it is chosen on a page.
 *
 * @param role {@code owner} or {@code colleague}
 * @param chosen the jails that are to be seen, with the rights on each beside seeing it
 * @param shown the jails that the page offered; the others stay as they are
 */
record PersonForm(String role, Map<JailId, Set<Right>> chosen, Set<JailId> shown) {

    PersonForm {
        chosen = Map.copyOf(chosen);
        shown = Set.copyOf(shown);
    }

    /** Returns the form for somebody new, who is to see nothing yet. */
    static PersonForm blank() {
        return new PersonForm(MemberRole.COLLEAGUE.toString(), Map.of(), Set.of());
    }

    static PersonForm of(MemberRole role, List<JailRights> jails) {
        return new PersonForm(
                role.toString(),
                jails.stream().collect(Collectors.toMap(JailRights::jail, JailRights::rights)),
                Set.of());
    }

    /**
     * Reads the fields of the page.
     *
     * @param rights a jail and a right each, with a space between them
     */
    static PersonForm read(String role, List<String> shown, List<String> rights) {
        Map<JailId, Set<Right>> chosen = new HashMap<>();
        for (String one : rights) {
            int space = one.indexOf(' ');
            JailId jail = jail(space < 0 ? one : one.substring(0, space));
            Set<Right> ofJail = chosen.computeIfAbsent(jail, _ -> EnumSet.noneOf(Right.class));
            Right right = right(space < 0 ? "" : one.substring(space + 1));
            if (right != Right.SEE) {
                ofJail.add(right);
            }
        }
        return new PersonForm(role, chosen, shown.stream().map(PersonForm::jail).collect(Collectors.toSet()));
    }

    private static JailId jail(String text) {
        return new JailId(PathIds.uuid(text));
    }

    private static Right right(String text) {
        return Arrays.stream(Right.values())
                .filter(right -> right == Right.SEE || right.isGrantable())
                .filter(right -> right.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidRequest("/jails", "has an unknown right"));
    }

    /**
     * Returns the change that the form asks for.
     *
     * @param before the jails of the person so far
     * @throws InvalidRequest naming the invalid fields
     */
    MemberChange change(List<JailRights> before) {
        Optional<MemberRole> wanted = Arrays.stream(MemberRole.values())
                .filter(one -> one.toString().equals(role))
                .findFirst();
        List<@Nullable JailRights> jails = new ArrayList<>();
        if (wanted.filter(MemberRole.COLLEAGUE::equals).isPresent()) {
            before.stream().filter(known -> !shown.contains(known.jail())).forEach(jails::add);
            chosen.forEach((jail, rights) -> {
                if (shown.contains(jail)) {
                    jails.add(new JailRights(jail, rights));
                }
            });
        }
        return new MemberChange(wanted.orElse(null), jails);
    }

    boolean has(JailId jail, Right right) {
        Set<Right> rights = chosen.get(jail);
        return rights != null && (right == Right.SEE || rights.contains(right));
    }
}
