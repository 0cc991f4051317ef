package dev.bailiwick.e2e;

import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Collectors;

/** A user of a customer, who signs in by password. */
record ConsoleUser(Fleet fleet, String id, String login) {

    static ConsoleUser of(Fleet fleet, String customer) {
        String login = "c" + UUID.randomUUID().toString().substring(0, 8);
        String id = fleet.operator()
                .post(
                        "users",
                        "{\"login\":\"%s\",\"password\":\"%s\",\"role\":\"customer\",\"customer\":\"%s\"}"
                                .formatted(login, password(login), customer))
                .text("id");
        return new ConsoleUser(fleet, id, login);
    }

    private static String password(String login) {
        return "a password of " + login;
    }

    /** Returns the user's browser, signed in. */
    ConsoleVisitor visit(Chromium chromium) {
        return new ConsoleVisitor(fleet, chromium, login, password(login));
    }

    /** Makes the user a colleague of the fleet's customer, with these rights on a jail of it and no others. */
    void give(Jail jail, String... rights) {
        fleet.operator()
                .put(
                        "customers/" + fleet.customer() + "/members/" + id,
                        "{\"role\":\"colleague\",\"jails\":[{\"jail\":\"%s\",\"rights\":[%s]}]}"
                                .formatted(
                                        jail.id(),
                                        Arrays.stream(rights)
                                                .map(right -> "\"" + right + "\"")
                                                .collect(Collectors.joining(","))))
                .requireSuccess();
    }
}
