package dev.bailiwick.server.jail.people;

import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.jail.view.JailView;
import java.util.List;
import java.util.stream.Stream;

/** A jail on the form for a colleague, with the rights that can be chosen. */
record OfferedJail(String id, String name, List<Choice> choices) {

    /** @param value what the form sends for it: the jail and the right */
    record Choice(String right, String value, boolean chosen) {}

    OfferedJail {
        choices = List.copyOf(choices);
    }

    /** Returns the rights that the form has a column for: to see a jail, and what can be given for single jails. */
    static List<Right> rights() {
        return Stream.concat(Stream.of(Right.SEE), Right.grantable().stream().sorted())
                .toList();
    }

    static OfferedJail of(JailView jail, PersonForm form) {
        String id = jail.id().toString();
        return new OfferedJail(
                id,
                jail.definition().name().value(),
                rights().stream()
                        .map(right -> new Choice(right.toString(), id + " " + right, form.has(jail.id(), right)))
                        .toList());
    }
}
