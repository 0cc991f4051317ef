package dev.bailiwick.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of rights: as it is printed in the documentation, and how rights add up. */
class RightsTest {

    private static final Path PAGE = Path.of("..", "docs", "rights.md");

    @Test
    void documentationHasTheTable() throws Exception {
        String page = Files.readString(PAGE);
        if (Boolean.getBoolean("bailiwick.rights.write")) {
            String before = page.substring(0, page.indexOf("| right |"));
            Files.writeString(PAGE, before + table());
        }

        assertThat(Files.readString(PAGE)).endsWith(table());
    }

    private static String table() {
        String head = "| right | "
                + Arrays.stream(Role.values())
                        .filter(Role::isStaff)
                        .map(Role::toString)
                        .collect(Collectors.joining(" | "))
                + " | owner of a customer | owner of its reseller | colleague | scope of a token |\n|---|"
                + "---|".repeat(8) + "\n";
        return head + Arrays.stream(Right.values()).map(RightsTest::row).collect(Collectors.joining());
    }

    private static String row(Right right) {
        String staff = Arrays.stream(Role.values())
                .filter(Role::isStaff)
                .map(role -> right.isOf(role) ? "everywhere" : "–")
                .collect(Collectors.joining(" | "));
        String owner = right.isOf(Role.CUSTOMER) ? "own" : right.isOf(MemberRole.OWNER) ? "the customer" : "–";
        String reseller = right.isOf(Role.CUSTOMER) ? "own" : right.isOfResellers() ? "the customer" : "–";
        String colleague = right.isOf(Role.CUSTOMER)
                ? "own"
                : right == Right.SEE ? "chosen jails" : right.isGrantable() ? "chosen jails, if chosen" : "–";
        String scopes =
                right.scopes().stream().sorted().map(scope -> "`" + scope + "`").collect(Collectors.joining(" or "));
        return "| " + right + " | " + staff + " | " + owner + " | " + reseller + " | " + colleague + " | " + scopes
                + " |\n";
    }

    @Test
    void rightsOfAMemberAddUp() {
        CustomerId acme = CustomerId.fresh();
        CustomerId other = CustomerId.fresh();
        JailId shop = new JailId(UUID.randomUUID());
        JailId mail = new JailId(UUID.randomUUID());
        Access access = new Access(
                Right.of(Role.CUSTOMER),
                java.util.Map.of(acme, Right.of(MemberRole.COLLEAGUE), other, Right.of(MemberRole.OWNER)),
                Set.of(),
                java.util.Map.of(shop, new Access.JailGrant(acme, Set.of(Right.POWER))),
                1);

        assertThat(List.of(Right.SEE, Right.POWER)).allMatch(right -> access.has(right, acme, shop));
        assertThat(access.has(Right.CONFIGURE, acme, shop)).isFalse();
        assertThat(Right.values())
                .filteredOn(right -> access.has(right, acme, mail))
                .containsExactly(Right.OWN_ACCOUNT);
        assertThat(access.has(Right.CONFIGURE, other, mail)).isTrue();
        assertThat(access.has(Right.DEFINE, other, mail)).isFalse();
        // A jail that has moved to another customer is not what was given.
        assertThat(access.has(Right.POWER, CustomerId.fresh(), shop)).isFalse();
    }
}
