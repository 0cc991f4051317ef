package dev.bailiwick.server.plan;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The pages of plans create them, make their versions, and retire them. */
@ServerTest
class PlanPagesTest {

    private static final Caller SUPPORT = Caller.staff(new UserId(UUID.randomUUID()), "sue", Role.SUPPORT);

    @Autowired
    private ApiClient api;

    @Test
    void createChangeAndRetireAPlan() {
        String name = "Pages " + UUID.randomUUID();
        MvcTestResult created = post(
                OPERATOR,
                "/plans",
                "name=" + name + "&limits.memory=512MiB&profiles=hosting system&disk=10GiB"
                        + "&ports=5&setuid=no&outgoingMail=yes&backups=7"
                        + "&limits.shm=128MiB&limits.cpus=0-1&sysctls=net.core.somaxconn=1024,kernel.sem=250 32000 32 128");
        assertThat(created).hasStatus3xxRedirection();
        String page = String.valueOf(created.getResponse().getRedirectedUrl());
        assertThat(text(api.get(OPERATOR, page)))
                .contains(name, "512MiB", "hosting, system", "Disk, not enforced")
                .contains("<dt>Size of /dev/shm</dt><dd>128MiB</dd>", "<dt>CPUs</dt><dd>0-1</dd>")
                .contains("<dd>kernel.sem=250 32000 32 128, net.core.somaxconn=1024</dd>")
                .contains("<dt>Published ports</dt>", "<dd>Not allowed</dd>", "<dd>Allowed</dd>", "<dd>7</dd>")
                .contains("value=\"no\" selected=\"selected\"");
        assertThat(text(api.get(OPERATOR, "/plans"))).contains(name);

        assertThat(post(OPERATOR, page + "/versions", "limits.memory=1GiB")).hasStatus3xxRedirection();
        assertThat(text(api.get(OPERATOR, page))).contains("Version 2", "1GiB", "Version 1");
        assertThat(post(OPERATOR, page + "/retire", "")).hasStatus3xxRedirection();
        assertThat(text(api.get(OPERATOR, page)))
                .contains("No jail is put on this plan any more")
                .doesNotContain("do-version");
    }

    @Test
    void showWhatIsWrongBesideItsField() {
        MvcTestResult refused = post(
                OPERATOR,
                "/plans",
                "name=&limits.memory=much&limits.processes=x&addresses=1000&profiles=none&ports=x&setuid=maybe&limits.files=1&sysctls=x&backups=1001&priceCode=ok");

        assertThat(refused).hasStatus(422);
        assertThat(text(refused))
                .contains(
                        "name-error",
                        "limits.memory-error",
                        "limits.processes-error",
                        "addresses-error",
                        "profiles-error",
                        "ports-error",
                        "setuid-error",
                        "limits.files-error",
                        "sysctls-error")
                .contains("backups-error")
                .doesNotContain("priceCode-error")
                .contains("value=\"much\"");
    }

    @Test
    void offerNoFormToThoseWhoMayOnlySee() {
        assertThat(text(api.get(SUPPORT, "/plans"))).doesNotContain("/plans/new");
        assertThat(api.get(SUPPORT, "/plans/new")).hasStatus(403);
    }

    private MvcTestResult post(Caller caller, String address, String form) {
        return api.call(caller, HttpMethod.POST, address + "?" + form.replace(" ", "%20"), "");
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
