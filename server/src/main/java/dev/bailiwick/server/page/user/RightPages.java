package dev.bailiwick.server.page.user;

import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The page that says what each role may do, from the table of rights itself. */
@Controller
@ConditionalOnWebApplication
class RightPages {

    /**
     * A row of the table.
     *
     * @param staff for each role of staff: {@code everywhere}, {@code own} or {@code no}
     * @param owner of the owner of a customer: {@code customer}, {@code own} or {@code no}
     * @param reseller of the owner of its reseller: {@code customer}, {@code own} or {@code no}
     * @param colleague {@code jails}, {@code chosen}, {@code own} or {@code no}
     */
    record ShownRight(
            String name, List<String> staff, String owner, String reseller, String colleague, List<String> scopes) {

        ShownRight {
            staff = List.copyOf(staff);
            scopes = List.copyOf(scopes);
        }

        static ShownRight of(Right right) {
            boolean own = right.isOf(Role.CUSTOMER);
            return new ShownRight(
                    right.toString(),
                    staffRoles()
                            .map(role -> right.isOf(role) ? own ? "own" : "everywhere" : "no")
                            .toList(),
                    own ? "own" : right.isOf(MemberRole.OWNER) ? "customer" : "no",
                    own ? "own" : right.isOfResellers() ? "customer" : "no",
                    own ? "own" : right == Right.SEE ? "jails" : right.isGrantable() ? "chosen" : "no",
                    right.scopes().stream().sorted().map(Object::toString).toList());
        }
    }

    private static Stream<Role> staffRoles() {
        return Arrays.stream(Role.values()).filter(Role::isStaff);
    }

    @GetMapping("/rights")
    String show(Model model) {
        model.addAttribute("roles", staffRoles().map(Role::toString).toList());
        model.addAttribute(
                "rights", Arrays.stream(Right.values()).map(ShownRight::of).toList());
        return "users/rights";
    }
}
